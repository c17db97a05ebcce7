"""What a host of the copy has of the other hosts that it plays besides this one. Pure."""

from collections.abc import Collection, Iterator, Mapping

from understudy.config.parity import Intended
from understudy.parity.capture.value import Capture

# Where the rules for all that runs on a host are one text.
_TEXTS: Collection[str] = {"firewall"}


def differences(model: Capture, copy: Capture, others: Mapping[str, Capture]) -> Iterator[Intended]:
    """others: what they are called -> their captures."""
    for name, other in others.items():
        for section in copy.sections:
            theirs, ours = other.readable(section), model.readable(section)
            for key in copy.readable(section):
                is_more = key in theirs and key not in ours
                if is_more or (section in _TEXTS and key in theirs):
                    yield Intended(
                        path=f"{section}.{key}", reason=f"of {name}, which it plays as well"
                    )
