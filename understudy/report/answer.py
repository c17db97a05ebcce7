"""What a verb found or did, as one value: what programs read and what people read are made from it. Pure."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import PurePath
from typing import Any, ClassVar

from understudy.report.moments import moment


@dataclass(frozen=True)
class Answer(ABC):
    """event: its kind. The fields of a subclass are those of the event in docs/events.schema.json."""

    event: ClassVar[str]

    @abstractmethod
    def text(self) -> str:
        """For people; "" if something else says the same, such as an error."""

    def fields(self) -> dict[str, Any]:
        """For programs: of JSON's types only."""
        return {part.name: to_json(getattr(self, part.name)) for part in fields(self)}


def to_json(value: Any) -> Any:
    """A frozen value as json.dumps takes it. Times are those of `moment`."""
    match value:
        case Enum():
            return value.value
        case datetime():
            return moment(value)
        case PurePath():
            return str(value)
        case Mapping():
            return {str(key): to_json(item) for key, item in value.items()}
        case set() | frozenset():
            return sorted(to_json(item) for item in value)
        case list() | tuple():
            return [to_json(item) for item in value]
    if is_dataclass(value):
        return {part.name: to_json(getattr(value, part.name)) for part in fields(value)}
    return value
