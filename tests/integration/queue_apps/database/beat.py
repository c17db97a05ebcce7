"""A scheduler: there must never be two, or work is enqueued twice. It notes its release and the time, as long as it runs."""

import os
import time
from pathlib import Path

beats = Path(os.environ["BEATS"])
while True:
    with beats.open("a") as notes:
        notes.write(f"{os.environ['RELEASE']} {os.getpid()} {time.time():.3f}\n")
    time.sleep(0.05)
