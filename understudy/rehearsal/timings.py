"""How long the phases of earlier rehearsals took, so that the next one can show the time left."""

import json
from collections.abc import Mapping
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

    def keep(self, seconds: Mapping[str, float]) -> None:
        """Records how long phases took, by their names."""
        rounded = {name: round(value, 1) for name, value in seconds.items()}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps({**self.earlier(), **rounded}))
