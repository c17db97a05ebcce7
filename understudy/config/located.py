"""A sentence about a key of deploy.yml, with the line of that key before it."""

import re
from pathlib import Path

from understudy.config import spots, yaml_text


def sentence(file: Path, text: str, parts: tuple[str, ...]) -> str:
    """text: begins with the key, as app.environment.X or verify.accept.0; any other stays as it is. parts: of
    deploy.yml.
    """
    found = re.match(r"\w+(?:\.[\w-]+)+", text)
    place = found[0].split(".") if found else [""]
    if place[0] not in parts or not file.exists():
        return text
    tree, _ = yaml_text.read(file.read_text(encoding="utf-8-sig"))
    steps = [int(part) if part.isdigit() else part for part in place]
    return f"{file.name}:{spots.spot_of(tree, steps, at_key=True).line}: {text}"
