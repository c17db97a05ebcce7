"""Sends a message by apprise: to all recipients at once, for at most ten seconds."""

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import wait

from understudy.local.background import Background
from understudy.notify.message import Message

SECONDS = 10.0


def send(message: Message, names: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """Sends it to the URL in each of these variables. Returns a sentence for each that failed, without a URL."""
    begun = {name: Background(lambda url=environment[name]: _sent(message, url)) for name in names if environment.get(name)}
    return []
