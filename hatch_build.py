"""The wheel's dependencies: the part of requirements.in on which Understudy itself runs."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface

CHECKS = "# checks of this project"


class RuntimeRequirements(MetadataHookInterface):
    def update(self, metadata: dict[str, object]) -> None:
        text = (Path(self.root) / "requirements.in").read_text()
        lines = (line.partition("#")[0].strip() for line in text.partition(CHECKS)[0].splitlines())
        metadata["dependencies"] = [line for line in lines if line]
