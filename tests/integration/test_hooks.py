"""Hooks of a real deploy: here and on the guest, fatal or not, ended at their limit."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.integration.site import Site

pytestmark = pytest.mark.timeout(600)

STARTED = "/srv/todo/shared/database/started"


@pytest.fixture
def hooked(site: Site) -> Iterator[Site]:
    before = site.staging.config.read_text()
    yield site
    site.staging.config.write_text(before)


def set_hooks(site: Site, **hooks: Any) -> None:
    settings = yaml.safe_load(site.staging.config.read_text())
    site.staging.config.write_text(yaml.safe_dump(settings | {"hooks": hooks}))


def there(text: str, **more: Any) -> dict[str, Any]:
    return {"command": ["sh", "-c", text], "where": "host", **more}


def test_hooks_run_here_and_in_the_live_release_as_the_app(hooked: Site) -> None:
    notes, before = hooked.staging.config.parent / "notes", hooked.current()
    text = 'cd /srv/todo/shared/database && { id -un; echo "$RELEASE"; } >>'
    set_hooks(
        hooked,
        before_deploy=[there(f"{text}before")],
        after_deploy=[
            there(f"{text}after"),
            ["sh", "-c", f"echo $UNDERSTUDY_RELEASE >{notes}"],
            "false",
        ],
    )
    hooked.retitle("hooked")

    answer = hooked.deploy()

    assert answer.code == 0, answer.text
    assert "hook after_deploy: false: ended with 1" in answer.text
    host = hooked.staging.host
    assert host("cat /srv/todo/shared/database/before").text.split() == ["todo", before]
    assert host("cat /srv/todo/shared/database/after").text.split() == ["todo", hooked.current()]
    assert notes.read_text().strip() == hooked.current()


def test_fatal_hook_before_a_deploy_changes_nothing(hooked: Site) -> None:
    before = hooked.current()
    set_hooks(hooked, before_deploy=[there("echo not today; exit 3")])
    hooked.retitle("refused")

    answer = hooked.deploy()

    assert answer.code == 1
    assert "not today" in answer.text
    assert "nothing was changed" in answer.text
    assert hooked.current() == before


def test_fatal_hook_that_takes_too_long_leaves_the_release_live_and_nothing_behind(
    hooked: Site,
) -> None:
    text = f"sleep 314 & echo $! >{STARTED}; sleep 314"
    set_hooks(hooked, after_deploy=[there(text, timeout=2, fatal=True)])
    hooked.retitle("live all the same")

    answer = hooked.deploy()

    assert answer.code == 1
    assert "IS LIVE all the same" in answer.text
    assert "it had not ended after 2 s" in answer.text
    assert hooked.title() == "live all the same"
    assert hooked.staging.host(f"kill -0 $(cat {STARTED})").code != 0
