"""Sends a message by apprise: to all recipients at once, for at most ten seconds."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from understudy.local.background import Background
from understudy.notify.message import Message

SECONDS = 10.0


def send(message: Message, names: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    """Sends it to the URL in each of these variables. Gives a sentence for each that failed, without URL."""
    begun = {
        name: Background(work)
        for name, work in [(name, _sender(message, environment.get(name, ""))) for name in names]
    }
    deadline = time.monotonic() + SECONDS
    for name, sending in begun.items():
        try:
            failure = sending.answer(max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            failure = f"it has not been sent within {SECONDS:.0f} s"
        # What the plugin of a service raises may have the URL.
        except Exception as error:
            failure = f"its service failed with {type(error).__name__}"
        if failure:
            yield f"notify: no message to {name}: {failure}"


def _sender(message: Message, url: str) -> Callable[[], str]:
    """Sends it when it is called; returns why it was not sent, "" if it was."""
    if not url:
        return lambda: "this variable is not set here"
    # It takes long to import, a second with its services, and most runs need none of it.
    import apprise

    # Its log has URLs, and Python would print what is a warning there.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    sender = apprise.Apprise()
    if not sender.add(url):
        return lambda: "the variable holds no URL that apprise knows"
    return partial(_send, sender.notify, message)


def _send(notify: Callable[..., object], message: Message) -> str:
    kind = "success" if message.good else "failure"
    # Without a format its lines run together in a mail, which is HTML, and `<` begins a tag there.
    if notify(title=message.title, body=message.body, notify_type=kind, body_format="text"):
        return ""
    return "its service refused it or could not be reached. `apprise -vv -b test $NAME` shows why"
