"""A capture as a file: stable, made for `git diff`, and damage is noticed."""

import pytest

from tests.unit.capture_samples import captured
from understudy.errors import ConfigError
from understudy.parity.capture import lockfile
from understudy.parity.capture.value import Capture

TEXT = lockfile.dump(captured(), "production")


def load(text: str) -> Capture:
    return lockfile.load(text, "provision/production.lock.yml", "production")


def test_load_reads_what_dump_wrote() -> None:
    assert load(TEXT) == captured()


def test_same_capture_gives_the_same_text() -> None:
    assert lockfile.dump(load(TEXT), "production") == TEXT


def test_change_is_one_line_of_a_diff() -> None:
    after = lockfile.dump(captured(sysctl="net/core/somaxconn\t128"), "production")

    changed = {*after.splitlines()} - {*TEXT.splitlines()}
    assert changed == {"  net.core.somaxconn: '128'"}


def test_text_of_several_lines_has_several_lines_in_the_file() -> None:
    assert "  /etc/nginx/nginx.conf: |-\n    user www-data;\n    http {\n" in TEXT


def test_first_line_names_the_target_and_the_command() -> None:
    assert TEXT.splitlines()[0] == (
        "# What production is like, by `python deploy.py capture --target production`: don't edit."
    )


def test_first_line_names_the_host_if_there_are_several() -> None:
    assert lockfile.command("production:2001:db8::9") == (
        "python deploy.py capture --target production --host 2001:db8::9"
    )


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        ("  LANG: C.UTF-8\n", "  LANG: [C, UTF-8\n", "LANG", "not YAML"),
        ("  LANG: C.UTF-8\n", "<<<<<<< HEAD\n  LANG: C\n", "<<<<<<<", "not YAML"),
        ("  LANG: C.UTF-8\n", "  LANG: [C]\n", "LANG", "the value of `LANG` must be text"),
        ("  LANG: C.UTF-8\n", "  LANG:\n", "LANG", "the value of `LANG` must be text"),
        ("  LANG: C.UTF-8\n", "  LANG: C\n  LANG: D\n", "LANG: D", "`LANG` is listed twice"),
        ("  LANG: C.UTF-8\n", "  ? [a]\n  : b\n", "[a]", "a name must be text"),
    ],
)
def test_damage_is_reported_with_its_line(old: str, new: str, at: str, message: str) -> None:
    damaged = TEXT.replace(old, new)

    with pytest.raises(ConfigError) as raised:
        load(damaged)

    assert message in raised.value.summary
    line = int(raised.value.summary.split(":")[1])
    assert abs(line - line_of(damaged, at)) <= 1
    assert "python deploy.py capture --target production" in raised.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cut off"),
        ("- a\n# end\n", "expected names with values"),
        (TEXT.removesuffix("# end\n"), "cut off"),
        (TEXT[: len(TEXT) // 2], ""),
        (TEXT.replace("format: '1'", "format: '2'"), "another version of Understudy"),
        (TEXT.replace("format: '1'\n", ""), "another version of Understudy"),
        (TEXT.replace("\nsudo:", "\nsudoers:"), "sudo, sudoers"),
        (TEXT + "\x00", "not YAML"),
    ],
)
def test_text_that_is_no_capture_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match="production") as raised:
        load(text)

    assert message in raised.value.summary
    assert raised.value.cause == "the capture is damaged"


def test_number_without_quotes_is_read_as_text() -> None:
    assert load(TEXT.replace("'4096'", "4096")) == captured()


def test_control_codes_in_an_edited_file_do_not_reach_the_terminal() -> None:
    found = load(TEXT.replace("LANG: C.UTF-8", 'LANG: "C\\e[2J"'))

    assert found.entry("locale.LANG") == "C"
