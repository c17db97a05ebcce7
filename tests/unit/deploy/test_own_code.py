"""A plan names Understudy's own programs that differ, as after an upgrade; what deploy.yml decides is shown."""

from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.unit.fakes import TEMPLATES, config
from tests.unit.plans import CURRENT, NEW, OLD, desired_state, live_host
from understudy.deploy import own_code
from understudy.deploy.own_code import GUNICORN
from understudy.deploy.preview import changes
from understudy.release import render
from understudy.release.render import RenderedFile

APP = {
    "module": "shop.wsgi:application",
    "preset": "django",
    "workers": 2,
    "request_timeout": 30,
    "drain_timeout": 30,
    "health_path": "/health",
}
CODE = "\n\ndef when_ready(server):\n    pass\n"


def gunicorn(**app: Any) -> str:
    made = config(app={**APP, **app})
    files = render.release_files(made, made.target("staging"), OLD, TEMPLATES)
    return next(file.content for file in files if file.path.name == GUNICORN)


def planned(name: str, before: str, after: str, **more: Any) -> str:
    file = RenderedFile(PurePosixPath(f"/srv/shop/releases/{NEW}/{name}"), after)
    desired = desired_state()
    desired = replace(desired, release_files=(*desired.release_files, file))
    files = {**live_host().files, f"{CURRENT}/{name}": before}
    return "".join(change.text() for change in changes(desired, live_host(files=files), **more))


@pytest.mark.parametrize("name", [GUNICORN, "commands.py", "understudy_static.py"])
def test_code_that_differs_is_a_line(name: str) -> None:
    found = planned(name, "a = 1\n", f"a = 1\n{CODE}")

    assert found == (
        f"changed: {CURRENT}/{name}, +4 -0 lines of Understudy's own code (--json has the diff)\n"
    )


@pytest.mark.parametrize("name", ["run", "environment"])
def test_other_files_are_shown_in_full(name: str) -> None:
    assert "\n+b\n" in planned(name, "a\n", "a\nb\n")


def test_programs_that_are_the_projects_own_are_shown_in_full() -> None:
    assert "+def when_ready" in planned(GUNICORN, "", CODE, ours=())


def test_file_that_was_broken_by_hand_is_shown_in_full() -> None:
    assert "-def" in planned(GUNICORN, "def\n", CODE)


def test_new_setting_of_ours_is_code() -> None:
    before = gunicorn()

    assert own_code.is_all_of_it(GUNICORN, before, f"{before}control_socket = None\n{CODE}")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("module", "shop.asgi:application"),
        ("workers", 3),
        ("worker_class", "gthread"),
        ("worker_class", "asgi"),
        ("request_timeout", 31),
        ("drain_timeout", 31),
        ("request_header_size", "32k"),
        ("preset", "plain"),
    ],
)
def test_what_deploy_yml_decides_is_no_code(key: str, value: Any) -> None:
    before, after = gunicorn(), gunicorn(**{key: value})

    assert before != after
    assert not own_code.is_all_of_it(GUNICORN, before, after)
