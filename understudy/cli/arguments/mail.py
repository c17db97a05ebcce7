"""The verb `mail`: its arguments."""

import argparse

from understudy.cli.arguments.global_options import Common
from understudy.cli.arguments.group import Group

CLEAR = "clear"


def add(group: Group, common: Common) -> None:
    parser = group.add(
        "mail",
        "show the mails that a target has captured",
        common.target,
        examples=(
            ("mail", "list them"),
            ("mail 3 --open", "the third one, in a browser"),
            ("mail clear", "remove all"),
        ),
        docs="docs/mail.md",
    )
    parser.add_argument(
        "which",
        nargs="?",
        type=_which,
        metavar="N|clear",
        help="the number of a mail in the list, to print it; or clear, to remove all",
    )
    parser.add_argument(
        "--open", action="store_true", dest="in_browser", help="show it in a browser instead"
    )


def _which(text: str) -> int | str:
    if text == CLEAR or text.isdecimal():
        return text if text == CLEAR else int(text)
    raise argparse.ArgumentTypeError(f"must be a number of the list, or clear (got {text!r})")
