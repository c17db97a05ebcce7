"""Numbers with their nouns. Pure."""


def number_of(count: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`. many: the words for all other numbers, if they are not `one` with an s."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"
