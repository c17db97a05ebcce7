"""The nginx of a host."""

from understudy.commands import Argv


def main_process() -> Argv:
    """Prints the id of its main process, which a reload keeps and a restart does not."""
    return ("systemctl", "show", "-p", "MainPID", "--value", "nginx")
