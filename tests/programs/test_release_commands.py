"""templates/commands.py runs an app's commands one after another in one interpreter."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP
from understudy.commands import app
from understudy.deploy import static_copies

NOTE = """
import os, sys
sys.path.append(sys.argv[1])
print(os.getpid(), sys.argv[1:], __name__, *sys.modules.setdefault("seen", ["first"]))
sys.modules["seen"] = ["second"]
sys.exit(int(sys.argv[2]))
"""


def run(directory: Path, *commands: str, **more: Any) -> subprocess.CompletedProcess[str]:
    (directory / "manage.py").write_text(NOTE)
    job = {
        "static": str(directory / "static" / "r1"),
        "collects": False,
        "before": None,
        "copies": None,
        "hold": None,
        "commands": commands,
        "pending": None,
        "old": None,
        "exists": ["true"],
        "backup": ["sh", "-c", "echo saved"],
        "migrate": [],
        "settings": False,
        "limit": 30,
        "module": "shop.wsgi:application",
        **more,
    }
    return subprocess.run(
        [sys.executable, TOP / "templates" / "commands.py", json.dumps(job)],
        cwd=directory,
        capture_output=True,
        text=True,
    )


def test_python_commands_share_a_process_and_each_has_its_own_arguments(tmp_path: Path) -> None:
    done = run(tmp_path, "python manage.py 'a b' 0", "python manage.py c 0")

    first, second = [line.split(maxsplit=1) for line in done.stdout.splitlines()[1::2]]
    assert first[0] == second[0], "one process"
    assert first[1] == "['a b', '0'] __main__ first"
    assert second[1] == "['c', '0'] __main__ second"


def test_other_commands_run_too_and_static_is_there_for_them(tmp_path: Path) -> None:
    done = run(tmp_path, "sh -c 'ls static; exit 0'", "python -c 'print(5)'")

    assert (done.returncode, done.stdout.split()[-1]) == (0, "5")
    assert "r1" in done.stdout


def test_text_files_without_compressed_copies_are_listed(tmp_path: Path) -> None:
    copies = {"before": None, "suffixes": [".gz"], "text": ["css"], "largest": 1000}

    done = run(tmp_path, "sh -c 'echo a >static/r1/a.css'", copies=copies)

    listed = done.stdout.splitlines()[-1]
    assert listed.startswith(static_copies.MARK)
    assert static_copies.lacking_in(done.stdout) == {"a.css": sha256(b"a\n").hexdigest()}


def test_first_command_that_fails_ends_them_all_with_its_code(tmp_path: Path) -> None:
    for command in ("python manage.py x 7", "sh -c 'exit 7'"):
        done = run(tmp_path, command, "echo continued")

        assert done.returncode == 7
        assert "continued\n" not in done.stdout.replace("==> echo continued\n", "")
        assert "Traceback" not in done.stderr


def test_static_files_of_a_killed_run_go_if_collectstatic_makes_them_all(tmp_path: Path) -> None:
    (tmp_path / "static" / "r1" / "half").mkdir(parents=True)

    assert "half" in run(tmp_path, "ls static/r1").stdout
    assert "half" not in run(tmp_path, "ls static/r1", collects=True).stdout


def test_collectstatic_ends_like_any_other_command(tmp_path: Path) -> None:
    """Without Django in this process, the command runs, and its inputs stay unknown."""
    done = run(tmp_path, "sh -c 'exit 7' collectstatic", "echo continued", collects=True)
    assert (done.returncode, "continued\n" in done.stdout.replace("==> echo", "")) == (7, False)

    done = run(tmp_path, "python manage.py collectstatic 0", collects=True)
    assert (done.returncode, "collectstatic" in done.stdout) == (0, True)
    assert [path.name for path in (tmp_path / "static").iterdir()] == ["r1"]


@pytest.mark.parametrize(
    ("pending", "exists", "saved"),
    [
        ("false", "true", True),
        (None, "true", True),
        ("true", "true", False),
        ("false", "false", False),
    ],
)
def test_database_is_backed_up_before_a_change_if_there_is_one(
    pending: str | None, exists: str, saved: bool, tmp_path: Path
) -> None:
    done = run(tmp_path, "echo first", pending=pending, exists=[exists], migrate=["echo migrated"])

    order = [line for line in done.stdout.splitlines() if not line.startswith("==>")]
    assert order == ["first", *(["saved"] if saved else []), "migrated"]
    assert (app.MIGRATES in done.stdout.splitlines()) == (pending != "true")


@pytest.mark.parametrize(("pending", "early"), [("true", True), ("false", False), (None, False)])
def test_warm_release_continues_as_soon_as_nothing_will_change_any_more(
    pending: str | None, early: bool, tmp_path: Path
) -> None:
    hold = tmp_path / "r1.hold"
    hold.mkdir()
    look = f"sh -c 'test ! -e {hold}; echo gone: $?'"

    done = run(tmp_path, look, hold=str(hold), pending=pending, migrate=[look])

    seen = [line for line in done.stdout.splitlines() if line.startswith("gone: ")]
    assert seen == ["gone: 1", f"gone: {0 if early else 1}"]
    assert not hold.exists()


def test_warm_release_stays_held_if_a_command_fails(tmp_path: Path) -> None:
    (tmp_path / "r1.hold").mkdir()

    assert run(tmp_path, "sh -c 'exit 7'", hold=str(tmp_path / "r1.hold")).returncode == 7
    assert (tmp_path / "r1.hold").exists()


OLD_CODE = """
import sys
sys.stdin.read()
print("asked after", open("migrated").read().strip() if sys.argv[1:] else sys.exit("no such table"))
"""


def with_old_code(directory: Path, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    (directory / "old.py").write_text(OLD_CODE)
    argv = [sys.executable, "old.py", *words]
    return run(directory, old=argv, migrate=["sh -c 'sleep 0.2; echo it >migrated'"], **more)


def test_old_code_is_asked_once_the_database_is_migrated(tmp_path: Path) -> None:
    done = with_old_code(tmp_path, "ask")

    assert done.stdout.splitlines()[-1] == "asked after it"


def test_old_code_is_not_even_started_without_a_migration(tmp_path: Path) -> None:
    done = with_old_code(tmp_path, "ask", pending="true")

    assert "asked" not in done.stdout


def test_old_code_that_cannot_answer_is_a_note_and_fails_nothing(tmp_path: Path) -> None:
    done = with_old_code(tmp_path)

    assert done.returncode == 0
    assert app.notes(done.stdout) == [
        "the live code could not be compared with the migrated database: no such table"
    ]


def test_old_code_waits_no_longer_for_a_migration_that_has_failed(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(
        "import pathlib, sys\nsys.stdin.read()\npathlib.Path('asked').touch()"
    )
    argv = [sys.executable, "old.py"]

    assert run(tmp_path, old=argv, migrate=["sh -c 'sleep 0.2; exit 7'"]).returncode == 7
    assert not (tmp_path / "asked").exists()


def test_nothing_is_migrated_without_a_backup(tmp_path: Path) -> None:
    done = run(tmp_path, backup=["false"], migrate=["echo migrated"])

    assert done.returncode == 1
    assert "nothing was migrated" in done.stderr
    assert "migrated\n" not in done.stdout


# The part of Django that commands.py reads.
DJANGO = """
import sys, types
settings = types.SimpleNamespace(
    DEBUG=False, SECRET_KEY=KEY, ALLOWED_HOSTS=["shop.test"], INSTALLED_APPS=APPS,
    STATIC_ROOT="static", STATIC_URL="/static/", MEDIA_ROOT="", MEDIA_URL="/media/",
    DATABASES={"default": {"ENGINE": "sqlite3", "NAME": 5, "PASSWORD": "a-password"}},
    FILE_UPLOAD_PERMISSIONS=0o644, CACHES={}, EMAIL_BACKEND="", EMAIL_HOST="localhost", EMAIL_PORT=25,
    SECURE_SSL_REDIRECT=False, SECURE_PROXY_SSL_HEADER=None,
    CSRF_COOKIE_SECURE=False, SESSION_COOKIE_SECURE=True, SESSION_ENGINE="django.contrib.sessions.backends.db",
)
class FileField:
    name = "picture"
    @property
    def storage(self):
        raise ImportError("its package is not installed")
meta = types.SimpleNamespace(label="shop.Item", local_fields=[FileField()])
apps = types.SimpleNamespace(ready=True, get_models=lambda: [types.SimpleNamespace(_meta=meta)])
sys.modules["django.conf"] = types.SimpleNamespace(settings=settings)
sys.modules["django.apps"] = types.SimpleNamespace(apps=apps)
storage = types.SimpleNamespace(FileSystemStorage=type("FileSystemStorage", (), {}))
sys.modules["django.core.files.storage"] = storage
sys.modules["django.db.models"] = types.SimpleNamespace(FileField=FileField)
"""


def settings_of(directory: Path, key: str, apps: str = "[]") -> Any:
    text = DJANGO.replace("KEY=KEY", f"KEY={key}").replace("APPS=APPS", f"APPS={apps}")
    (directory / "django.py").write_text(text)
    done = run(directory, "python django.py", settings=True)
    assert "a-password" not in done.stdout
    [line] = [line for line in done.stdout.splitlines() if line.startswith("==> settings ")]
    return json.loads(line.removeprefix("==> settings "))


def test_settings_of_django_are_printed_at_the_end(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, key="'in the code'")

    assert settings["allowed_hosts"] == ["shop.test"]
    assert settings["databases"] == {"default": ["sqlite3", "5"]}
    assert "in the code" not in json.dumps(settings)


def test_storage_that_can_not_be_loaded_ends_no_deploy(tmp_path: Path) -> None:
    """The app may never use it, and the deploy's own checks find one that it needs."""
    assert settings_of(tmp_path, key="''")["of_this_host"]["uploads"] == {}


def test_settings_say_whether_the_secret_key_comes_from_the_environment(tmp_path: Path) -> None:
    assert settings_of(tmp_path, key="'in the code'")["secret_key_from_environment"] is False
    from_there = settings_of(tmp_path, key="__import__('os').environ['PATH']")
    assert from_there["secret_key_from_environment"] is True


def test_cookies_of_sessions_count_only_if_there_are_sessions(tmp_path: Path) -> None:
    sessions = "['django.contrib.sessions']"

    assert settings_of(tmp_path, key="''")["session_cookie_secure"] is False
    assert settings_of(tmp_path, key="''", apps=sessions)["session_cookie_secure"] is True


@pytest.mark.parametrize("wanted", [True, False])
def test_no_settings_are_printed_without_django_or_unless_asked(
    wanted: bool, tmp_path: Path
) -> None:
    (tmp_path / "django.py").write_text(DJANGO)

    done = run(tmp_path, "echo hello" if wanted else "python django.py", settings=wanted)

    assert "==> settings" not in done.stdout


THREAD = """
import threading, time
def poll():
    time.sleep(60)
def begin():
    threading.Thread(target=poll, name="poller").start()
begin()
print("returned")
"""
QUICK_THREADS = """
import threading, time
from concurrent.futures import ThreadPoolExecutor
threading.Thread(target=time.sleep, args=(0.3,)).start()
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
pool = ThreadPoolExecutor(); print(pool.submit(int, "7").result())
"""


def test_thread_that_keeps_a_command_from_ending_is_named_in_seconds(tmp_path: Path) -> None:
    (tmp_path / "start.py").write_text(THREAD)

    done = run(tmp_path, "python start.py", "sh -c 'echo not reached'")

    assert done.returncode == 1
    assert done.stderr == (
        "understudy: thread poller still runs at start.py:4 in poll after `python start.py` has "
        "returned\n"
    )
    assert done.stdout == "==> python start.py\nreturned\n"


def test_threads_that_end_or_are_daemons_are_no_error(tmp_path: Path) -> None:
    (tmp_path / "start.py").write_text(QUICK_THREADS)

    done = run(tmp_path, "python start.py")

    assert (done.returncode, done.stdout.split()[-1]) == (0, "7")


@pytest.mark.parametrize(
    ("command", "where"),
    [("python sleep.py", "; it is at sleep.py:2 in <module>"), ("sleep 60", "")],
)
def test_command_that_does_not_end_is_ended_with_its_limit(
    command: str, where: str, tmp_path: Path
) -> None:
    (tmp_path / "sleep.py").write_text("import time\ntime.sleep(60)\n")

    done = run(tmp_path, command, limit=0.5)

    assert done.returncode == 1
    assert done.stderr == (
        f"understudy: `{command}` has not ended after 0.5 s (app.command_timeout){where}\n"
    )


def test_only_a_change_of_the_database_outlives_the_end_of_its_deploy(tmp_path: Path) -> None:
    """The host sends TERM then: see understudy/ssh/host_lock.py."""
    sent = "sh -c 'kill -s TERM $PPID; echo still here'"

    assert run(tmp_path, sent, "sh -c 'sleep 5'").returncode == -15
    done = run(tmp_path, migrate=[sent, "sh -c 'kill -s TERM $$; echo and here'"])

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "and here")


def test_backup_does_not_outlive_the_end_of_its_deploy(tmp_path: Path) -> None:
    backup = ["sh", "-c", "kill -s TERM $PPID; sleep 5"]

    assert run(tmp_path, migrate=["true"], backup=backup).returncode == -15
