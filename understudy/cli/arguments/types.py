"""Arguments of verbs that must have a form, each with the message for another text."""

import argparse
from datetime import datetime

from understudy.cli import moments


def one_line(text: str) -> str:
    if len(text) > 500 or not text.isprintable():
        raise argparse.ArgumentTypeError("one line of at most 500 characters is needed")
    return text


def moment(text: str) -> datetime:
    try:
        return moments.to_come(text, datetime.now().astimezone())
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time to come, such as 14:30 or 2026-12-24T14:30"
        ) from None


def since(text: str) -> datetime:
    try:
        return moments.past(text, datetime.now().astimezone())
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time, such as 30min, 2h, 14:30 or 2026-11-28T10:00"
        ) from None


def since_or_deploy(text: str) -> datetime | str:
    return text if text == moments.DEPLOY else since(text)


def network(text: str) -> str:
    from ipaddress import ip_network

    try:
        return str(ip_network(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def reason(text: str) -> str:
    """A reason for the audit log, whose entries have room for 200 characters of it."""
    if not 1 <= len(text.strip()) <= 200:
        raise argparse.ArgumentTypeError("a reason of 1 to 200 characters is needed")
    return text.strip()
