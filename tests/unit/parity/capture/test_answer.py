"""A host's output cut into sections: incomplete output, and texts that look like markers."""

import pytest

from tests.unit.capture_samples import STARTED_AT, captured, output
from understudy.errors import StepFailed
from understudy.parity.capture.parse import parse
from understudy.parity.capture.value import Capture


@pytest.mark.parametrize("lines", range(0, output().count("\n"), 3))
def test_output_that_was_cut_off_is_an_error(lines: int) -> None:
    """Half of it would look like a host that lacks the rest."""
    whole = output().splitlines(keepends=True)
    with pytest.raises(StepFailed, match="cut off"):
        parse("".join(whole[:lines]), "todo", "todo.example.com", STARTED_AT)


def test_error_names_the_last_section_and_no_secret() -> None:
    half, secret, _ = output(cron="/etc/cron.d/clean\tKEY=hunter3").partition("hunter3")

    with pytest.raises(StepFailed, match="cut off") as raised:
        parse(half + secret, "todo", "todo.example.com", STARTED_AT)
    assert raised.value.details == "The output ends in section cron."


def test_output_of_a_login_is_ignored() -> None:
    said = "Welcome!\n\nmake yourself at home\n"

    assert parse(said + output(), "todo", "todo.example.com", STARTED_AT) == captured()


def test_error_about_malformed_lines_names_their_section() -> None:
    with pytest.raises(StepFailed, match="about memory can't be parsed"):
        captured(memory="/proc/meminfo\tMemTotal: much kB")


def test_error_about_malformed_lines_shows_no_secret() -> None:
    with pytest.raises(StepFailed, match="about unit_files can't be parsed") as raised:
        captured(modes="odd")
    assert "hunter2" not in raised.value.details


def odd_text(text: str) -> Capture:
    return captured(cron=f"/etc/cron.d/odd\t{text}")


def test_text_in_a_wrong_encoding_is_kept_the_same_way_each_time() -> None:
    latin = b"5 4 * * * todo /bin/gr\xfc\xdfe".decode(errors="replace")

    assert odd_text(latin) == odd_text(latin)
    assert odd_text(latin).entry("cron./etc/cron.d/odd") == "5 4 * * * todo /bin/gr��e"


def test_control_codes_do_not_reach_the_terminal() -> None:
    kept = odd_text("5 4 * * * \x1b[2Jtodo\x07").entry("cron./etc/cron.d/odd")

    assert kept == "5 4 * * * todo�"


def test_no_line_of_a_file_is_read_as_a_marker() -> None:
    found = odd_text("x\n/etc/cron.d/odd\t@@@ packages\n/etc/cron.d/odd\t!!! no")

    assert found.entry("cron./etc/cron.d/odd") == "x\n@@@ packages\n!!! no"
    assert found.sections["packages"] == captured().sections["packages"]


@pytest.mark.parametrize("odd", ["a\r@@@ end\rb", "a\r!!! no", "a\x1b]0;b", "a\x1bPb"])
def test_no_control_code_creates_or_hides_a_marker(odd: str) -> None:
    found = odd_text(f"{odd}\n/etc/cron.d/odd\tlast")

    kept = found.entry("cron./etc/cron.d/odd") or ""
    assert (kept[0], kept.splitlines()[-1]) == ("a", "last")
    assert found.sections["nginx"] == captured().sections["nginx"]
