"""Pure builders of commands, a module for each tool. A command is an argv: a tuple of words."""

import shlex

Argv = tuple[str, ...]


def script(text: str, *arguments: object) -> Argv:
    """A few lines of shell as an argv. Values come in as $1, $2, … and so need no quoting."""
    return ("sh", "-euc", text, "sh", *map(str, arguments))


def all_of(commands: tuple[Argv, ...]) -> Argv:
    """One command after another, up to the first that fails: of that one all is printed, of the
    others nothing. On a slow host, to run each by itself costs as much again as what it does.
    """
    if len(commands) == 1:
        return commands[0]
    text = """
    for command; do
        output=$(eval "$command") || { status=$?; printf '%s\n' "$output"; exit $status; }
    done
    """
    return script(text, *map(shlex.join, commands))


def beside(other: Argv, command: Argv) -> Argv:
    """A command, and another one at the same time, whose outcome doesn't count; ends with both."""
    text = """
    (eval "$1") >/dev/null 2>&1 </dev/null &
    eval "$2" || status=$?
    wait
    exit "${status-0}"
    """
    return script(text, shlex.join(other), shlex.join(command))


def as_user(user: str, command: Argv) -> Argv:
    return ("sudo", "-n", "-u", user, "--", *command)
