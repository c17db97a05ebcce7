"""How often systemd has started the processes of a site again by itself."""

from dataclasses import dataclass

from understudy.commands import Argv, answers, script

# A process that has run for so many seconds is no longer counted among those that end again and again.
SETTLED = 60


@dataclass(frozen=True)
class Restarts:
    """unit: of systemd. count: since it was started by someone. seconds: for which it has run."""

    unit: str
    count: int
    seconds: float

    @property
    def is_looping(self) -> bool:
        return self.count > 0 and self.seconds < SETTLED


def ask(units: tuple[str, ...]) -> Argv:
    """Prints what parse() reads. units: patterns."""
    text = """
    read -r up _ </proc/uptime
    echo "up $up"
    systemctl show -p Id -p NRestarts -p ActiveEnterTimestampMonotonic -- "$@"
    """
    return script(text, *units)


def parse(output: str) -> tuple[Restarts, ...]:
    """Raises StepFailed if it makes no sense."""
    with answers.understood("restarts of processes"):
        first, _, rest = output.partition("\n")
        up = float(first.removeprefix("up "))
        blocks = (
            dict(line.split("=", 1) for line in block.splitlines()) for block in rest.split("\n\n")
        )
        return tuple(_restarts(block, up) for block in blocks if block)


def _restarts(block: dict[str, str], up: float) -> Restarts:
    since = int(block["ActiveEnterTimestampMonotonic"]) / 1_000_000
    return Restarts(block["Id"], int(block["NRestarts"]), up - since)
