"""Maintenance is a block in the nginx file: it can be read again, replaced and removed without a trace."""

from typing import Any

import pytest

from tests.unit.fakes import TEMPLATES, config
from understudy.errors import Refused
from understudy.release import maintenance, maintenance_files, render
from understudy.release.maintenance import Maintenance

ON = Maintenance("2026-11-27T18:39:17+00:00", "ann@desk", allow=("192.0.2.0/24", "2001:db8::1"))


def nginx() -> str:
    made = config()
    return render.host_files(made, made.target("staging"), TEMPLATES)[0].content


def block(on: Maintenance, **app: Any) -> str:
    made = config(app=app)
    return maintenance_files.block(made, made.target("staging"), TEMPLATES, on)


def page(on: Maintenance) -> str:
    made = config()
    return maintenance_files.page(made, made.target("staging"), TEMPLATES, on).content


def turned_on(text: str, on: Maintenance) -> str:
    return maintenance.turned_on(text, on, block(on))


@pytest.mark.parametrize(
    "message", ["", "Back soon", 'say "hi"', "{}", "# end of maintenance", "} äöü </script> $x;"]
)
def test_file_records_the_whole_maintenance(message: str) -> None:
    on = Maintenance(ON.since, ON.by, message, "2026-11-27T23:30+00:00", ON.allow, automatic=True)
    assert maintenance.find(turned_on(nginx(), on)) == on


def test_file_without_maintenance_has_none() -> None:
    assert maintenance.find(nginx()) is None


def test_turning_it_off_leaves_no_trace() -> None:
    assert maintenance.turned_off(turned_on(nginx(), ON)) == nginx()


def test_turning_it_on_again_replaces_it() -> None:
    other = Maintenance("2026-11-28T00:00:00+00:00", "bob@desk")
    assert turned_on(turned_on(nginx(), ON), other) == turned_on(nginx(), other)


def test_only_allowed_visitors_and_the_host_itself_see_the_site() -> None:
    lines = block(ON).splitlines()
    before = lines[: lines.index("    deny all;")]
    allowed = [line.split()[1].rstrip(";") for line in before if "allow" in line]
    assert allowed == ["127.0.0.1", "::1", *ON.allow]


@pytest.mark.parametrize(
    ("until", "header"),
    [("", "600"), ("2026-11-27T23:30+00:00", "Fri, 27 Nov 2026 23:30:00 GMT")],
)
def test_visitors_learn_when_to_try_again(until: str, header: str) -> None:
    on = Maintenance(ON.since, ON.by, until=until)
    assert f'Retry-After "{header}"' in block(on)
    assert ("2026-11-27 23:30 UTC" in page(on)) == bool(until)


@pytest.mark.parametrize(("path", "open_"), [("/", False), ("/health/", True)])
def test_health_path_of_its_own_stays_open(path: str, open_: bool) -> None:
    assert (f"location = {path} {{" in block(ON, health_path=path)) == open_


def test_message_is_no_markup() -> None:
    on = Maintenance(ON.since, ON.by, "<script>alert(1)</script>")
    assert "&lt;script&gt;" in page(on)
    assert "<script>" not in page(on)


def test_file_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(Refused, match="no line `# maintenance: off`"):
        turned_on("server {\n}\n", ON)


def test_block_that_cannot_be_read_is_on_all_the_same() -> None:
    text = "    # maintenance: {}\n    deny all;\n    # end of maintenance\n"
    assert maintenance.find(text) == Maintenance("", "")
