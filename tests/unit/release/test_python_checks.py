"""What the commit's Python files show without being run."""

from typing import Any

import pytest

from tests.unit.fakes import config
from understudy.errors import ConfigError
from understudy.release import python_checks
from understudy.release.commit_facts import CommitFacts

RUNS = "from flask import Flask\napp = Flask(__name__)\napp.run(port=5000)\n"


def refuse(found: CommitFacts, module: str = "shop.main:app") -> None:
    python_checks.refuse_own_server(config(app={"module": module}).app, found)


@pytest.mark.parametrize(
    ("file", "module"),
    [
        ("shop/main.py", "shop.main:app"),
        ("shop/__init__.py", "shop:app"),
        ("wsgi.py", "wsgi:app"),
    ],
)
def test_app_that_starts_a_server_when_imported_is_refused(file: str, module: str) -> None:
    with pytest.raises(ConfigError, match=r":3: app\.run\(\) runs when gunicorn imports the file"):
        refuse(CommitFacts(texts={file: RUNS}), module)


@pytest.mark.parametrize(
    "text",
    [
        RUNS.replace("app.run(", "if __name__ == '__main__':\n    app.run("),
        RUNS.replace("Flask(__name__)", "Queue()"),
        "def broken(:\n",
        "",
    ],
)
def test_code_that_only_looks_like_it_is_accepted(text: str) -> None:
    refuse(CommitFacts(texts={"shop/main.py": text}))


def test_other_files_may_start_a_server() -> None:
    refuse(CommitFacts(texts={"shop/dev.py": RUNS}))


def notes(text: str, **app: Any) -> list[str]:
    found = CommitFacts(texts={"gunicorn.conf.py": text})
    return list(python_checks.ignored_gunicorn_settings(config(app=app).app, found))


def test_ignored_gunicorn_file_gets_a_warning_with_the_keys_for_its_settings() -> None:
    text = (
        "import os\nworkers = os.cpu_count()\ntimeout: int = 90\nbind = ':80'\nmax_requests = 5\n"
    )

    assert notes(f"{text}\ndef post_fork(server, worker): ...\n") == [
        "the app's gunicorn.conf.py is not used: gunicorn gets one of the release's own. "
        "Keys of deploy.yml for what it sets: workers: app.workers, timeout: app.request_timeout. "
        "No key sets max_requests, post_fork."
    ]


def test_gunicorn_file_with_the_settings_of_deploy_yml_gets_no_warning() -> None:
    assert notes("workers = 3\nbind = ':80'\n", workers=3) == []
    assert notes("") == []


def test_gunicorn_file_is_read_and_not_run() -> None:
    assert notes("raise SystemExit\n") == []


def test_limit_of_headers_is_compared_in_bytes() -> None:
    text = "limit_request_field_size = 16384\n"

    assert notes(text, request_header_size="16k") == []
    [note] = notes(text)
    assert "limit_request_field_size: app.request_header_size" in note
