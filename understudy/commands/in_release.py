"""A command of the user in the live release: with the environment, the directory and the secrets that its
service has, as the app's user.
"""

from collections.abc import Mapping

from understudy.commands import Argv, as_user, script
from understudy.commands.processes import END
from understudy.config.app import App
from understudy.release.layout import Paths

# Of a service: systemd.exec(5).
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# sudo passes on variables of the login, such as LC_ALL, that the service does not have. As for the service,
# no program gets other rights than the app's: without a unit of its own, its other limits need root.
_LIKE_THE_SERVICE = f"""
exec env -i HOME="$HOME" USER="$USER" LOGNAME="$LOGNAME" ${{TERM+"TERM=$TERM"}} PATH={_PATH} \\
    setpriv --no-new-privs "$@"
"""

# Ctrl-C on a terminal goes to this shell, too, which has to say how the command ended. If the connection
# ends first, sshd does as well, and only a terminal would end the command then.
_START = f"""{END}
trap : INT QUIT
{{
    tail --pid="$PPID" -f /dev/null
    end INT "$$"
    sleep 5
    end KILL "$$"
}} </dev/null >/dev/null 2>&1 &
status=0
"$@" || status=$?
kill "$!" || true
exit "$status"
"""

# The lock's pipe has a writer as long as the lock is held: ssh/host_lock.py. A try at the lock itself would
# hold it for a moment.
_HOLDER = """
if { [ -p "$1.pipe" ] && ! dd if="$1.pipe" of=/dev/null iflag=nonblock bs=1 count=1 2>/dev/null; } ||
    ! flock -n "$1.step" true; then
    echo "$(head -n 1 "$1")"
fi
"""

# The limit is the host's own: it counts although the connection has gone. timeout(1) ends the whole group.
_HOOK = """
status=0
timeout --kill-after=10 "$@" || status=$?
case $status in
124 | 137) echo "understudy: it had not ended after $1 s and was ended (its timeout)" >&2 ;;
*) [ "$status" = 0 ] || echo "understudy: it ended with $status" >&2 ;;
esac
exit "$status"
"""

_FIND = f"""
PATH=$1/venv/bin:{_PATH}
cd "$1/source"
command -v -- "$2"
"""


def run(app: App, paths: Paths, command: Argv) -> Argv:
    """Runs the command and ends with its exit code. The secrets come from the file that the service reads."""
    whole = (str(paths.current / "run"), *command)
    return script(_START, *as_user(app.name, script(_LIKE_THE_SERVICE, *whole)))


def hook(app: App, paths: Paths, command: Argv, variables: Mapping[str, str], seconds: int) -> Argv:
    """Runs a hook with these variables besides. It ends after so many seconds, with what it has started."""
    given = (f"{name}={value}" for name, value in variables.items())
    whole = (str(paths.current / "run"), "env", *given, *command)
    return as_user(app.name, script(_LIKE_THE_SERVICE, *script(_HOOK, seconds, *whole)))


def console(app: App) -> Argv:
    """The app's shell: Django's or, if the release has the program, Flask's; else Python's own."""
    if app.preset == "django":
        return ("python", "manage.py", "shell")
    text = 'if command -v flask >/dev/null; then exec flask --app "$1" shell; else exec python; fi'
    return script(text, app.module)


def lock_holder(paths: Paths) -> Argv:
    """Prints who holds the host's lock, or left a step at work; nothing if no one does."""
    return script(_HOLDER, paths.lock)


def find(paths: Paths, program: str) -> Argv:
    """Fails if the live release would find no such program."""
    return script(_FIND, paths.current, program)


def advice(command: Argv) -> str:
    """What to try if the first word of the command is no program."""
    program = command[0]
    if len(command) == 1 and " " in program:
        return f"The words of a command need no quotes around all of them: run -- {program}"
    if program.endswith(".py"):
        return f"A script of Python needs Python: run -- python {' '.join(command)}"
    return (
        "The release has the programs of its locked packages, and the host those of host.packages; a script "
        "of the app is called by its path, such as ./bin/report."
    )
