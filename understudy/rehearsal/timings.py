"""How long the phases of earlier rehearsals took, so that the next one can say what is left."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timings:
    """file: where they are kept, as a JSON object of seconds by name."""

    file: Path

    def earlier(self) -> Mapping[str, float]:
        """Seconds by name; nothing if none are known, or if the file can't be read."""
        try:
            known = json.loads(self.file.read_text())
            return {str(name): float(seconds) for name, seconds in known.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    @contextmanager
    def taken(self, name: str) -> Iterator[None]:
        """Notes how long the block took, if it went well."""
        began = time.monotonic()
        yield
        known = {**self.earlier(), name: round(time.monotonic() - began, 1)}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(known))
