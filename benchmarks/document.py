"""Writes results into docs/performance.md, between the marks of their part."""

import re


def with_part(document: str, part: str, text: str) -> str:
    """The document with that part's text replaced. Raises ValueError without its marks."""
    begin, end = f"<!-- {part}: written by make bench -->", f"<!-- end of {part} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(document):
        raise ValueError(f"there is no {begin} with its end")
    return pattern.sub(lambda _: f"{begin}\n{text.strip()}\n{end}", document, count=1)
