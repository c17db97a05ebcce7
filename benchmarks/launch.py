"""python -IS launch.py RESULT COMMAND...: runs the command, and writes its seconds, memory and exit code.

The kernel counts the memory of the process that starts a command as the command's (getrusage(2), ru_maxrss):
so a small process starts it. It looks at all processes of the command from time to time, and so seldom that it
takes no time of theirs.
"""

import json
import os
import sys
import time
from pathlib import Path
from threading import Event, Thread

SECONDS_BETWEEN_LOOKS = 1.0


def main(result: Path, *command: str) -> None:
    began, ended, looks = time.monotonic(), Event(), [0]
    process = os.posix_spawnp(command[0], command, os.environ)
    looking = Thread(target=look, args=(process, ended, looks), daemon=True)
    looking.start()
    _, status, usage = os.wait4(process, 0)
    seconds = time.monotonic() - began
    ended.set()
    looking.join()
    found = {
        "seconds": seconds,
        "memory": usage.ru_maxrss,
        "together": max(looks),
        "code": os.waitstatus_to_exitcode(status),
    }
    result.write_text(json.dumps(found))


def look(process: int, ended: Event, looks: list[int]) -> None:
    while not ended.wait(SECONDS_BETWEEN_LOOKS):
        looks.append(sum(map(memory, family(process))))


def family(process: int) -> list[int]:
    """The process and all that it has started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def memory(process: int) -> int:
    """In KiB; what it shares with others is divided among them (proc_pid_smaps(5), Pss)."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
