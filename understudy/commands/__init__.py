"""Builders of commands, a module for each tool, and what their output means. A command is an argv: a tuple
of words. Pure: ssh/ runs them.
"""

import shlex

Argv = tuple[str, ...]


def script(text: str, *arguments: object) -> Argv:
    """A few lines of shell as an argv. The arguments are $1, $2, … in it, and so need no quoting."""
    return ("sh", "-euc", text, "sh", *map(str, arguments))


def all_of(commands: tuple[Argv, ...]) -> Argv:
    """One command after another, up to the first that fails: of that one all is printed, of the
    others nothing. One call of the host is cheaper than several.
    """
    if len(commands) == 1:
        return commands[0]
    text = """
    for command; do
        output=$(eval "$command") || { status=$?; printf '%s\n' "$output"; exit $status; }
    done
    """
    return script(text, *map(shlex.join, commands))


def alongside(other: Argv, command: Argv) -> Argv:
    """The command, and another one in the background; ends when both have. Only the command's output and
    exit status count.
    """
    text = """
    (eval "$1") >/dev/null 2>&1 </dev/null &
    eval "$2" || status=$?
    wait
    exit "${status-0}"
    """
    return script(text, shlex.join(other), shlex.join(command))


def as_user(user: str, command: Argv) -> Argv:
    """The command as another user, by sudo; it fails if that would need a password."""
    return ("sudo", "-n", "-u", user, "--", *command)


def limited(seconds: int, command: Argv) -> Argv:
    """A command that the host itself ends after so many seconds, first as by Ctrl-C: also if the
    connection has gone.
    """
    text = """
    timeout --signal=INT --kill-after=10 "$@" || {
        status=$? seconds=$1
        shift
        case $status in
        124 | 137)
            command=$(echo "$*" | head -n 1 | cut -c 1-100)
            echo "understudy: \\`$command\\` has not ended after $seconds s (app.command_timeout)" >&2
            ;;
        esac
        exit $status
    }
    """
    return script(text, seconds, *command)
