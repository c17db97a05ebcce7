"""How long the phases of earlier rehearsals took, so that the next one can show the time left."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timings:
    """file: a JSON object, name of a phase -> seconds."""

    file: Path

    def earlier(self) -> Mapping[str, float]:
        """name -> seconds; empty if the file is missing or can't be read."""
        try:
            known = json.loads(self.file.read_text())
            return {str(name): float(seconds) for name, seconds in known.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Records how long the block took, unless it raises."""
        began = time.monotonic()
        yield
        known = {**self.earlier(), name: round(time.monotonic() - began, 1)}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(known))
