"""Pure builders of commands, a module for each tool. A command is an argv: a tuple of words."""

Argv = tuple[str, ...]


def script(text: str, *arguments: object) -> Argv:
    """A few lines of shell as an argv. Values come in as $1, $2, … and so need no quoting."""
    return ("sh", "-euc", text, "sh", *map(str, arguments))
