"""Texts as a console prints them: plain but for the styles given here. Pure."""

from rich.text import Text

from understudy.report.sanitize import plain

# States that no one should overlook.
_ALARMING = (
    r"\b(MAINTENANCE|NOT RUNNING|NOT READY|NO CERTIFICATE|SELF-SIGNED|EXPIRED|ENDS SOON|UNREADABLE|"
    r"FAILED|KEEPS ENDING|TROUBLE|ALMOST FULL|NOT SCHEDULED|NOT SERVED)\b"
)
_STYLES = {
    _ALARMING: "bold red",
    r"(?m)^!": "yellow",
    r"(?m)^✗": "red",
    r"(?<=^verdict: )READY\b": "bold green",
    r"verify\.tasks were not counted": "bold yellow",
    r"(?<=^verdict: )PASSED IN PART\b": "bold yellow",
}


def mark(ok: bool) -> tuple[str, str]:
    return ("✓", "green") if ok else ("✗", "red")


def highlighted(text: Text) -> Text:
    for words, style in _STYLES.items():
        text.highlight_regex(words, style)
    return text


def styled(*parts: str | tuple[str, str]) -> Text:
    """Texts, some with a style, for a terminal. The only escape sequences are those of the styles."""
    clean = (
        (plain(part[0]), part[1]) if isinstance(part, tuple) else plain(part) for part in parts
    )
    return Text.assemble(*clean)
