"""The options of the verb `mail`."""

import argparse

CLEAR = "clear"


def add(parser: argparse.ArgumentParser) -> None:
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
