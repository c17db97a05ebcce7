"""A scheduler, of which there must never be two. As long as it runs, it notes its release and the time."""

import os
import time
from pathlib import Path

beats = Path(os.environ["BEATS"])
while True:
    with beats.open("a") as notes:
        notes.write(f"{os.environ['RELEASE']} {os.getpid()} {time.time():.3f}\n")
    time.sleep(0.05)
