"""python -IS launch.py RESULT COMMAND...: runs the command, and writes its seconds, memory and exit code.

The kernel counts the memory of the process that starts a command as the command's (getrusage(2), ru_maxrss):
so a small process starts it.
"""

import json
import os
import sys
import time
from pathlib import Path

began = time.monotonic()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
result = {
    "seconds": time.monotonic() - began,
    "memory": usage.ru_maxrss,
    "code": os.waitstatus_to_exitcode(status),
}
Path(sys.argv[1]).write_text(json.dumps(result))
