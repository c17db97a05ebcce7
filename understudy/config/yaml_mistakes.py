"""A text that is not YAML: what is wrong in it, in words of people who do not write parsers. Pure."""

import re
from collections.abc import Mapping

import yaml

from understudy.config.report import Mistake
from understudy.config.spots import Spot
from understudy.config.yaml_text import WrongValue

HINT = "Indent by spaces. A text with `: ` or ` #`, or that begins with a sign, needs quotes."
_QUOTES = "a text that begins with {0} needs quotes"
# A pattern of PyYAML's problem -> what is wrong; {0} is what the pattern's group has found.
_WORDS: Mapping[str, str] = {
    r"found character '\\t' that cannot start any token": "there is a tab: YAML indents by spaces only",
    r"found character ['\"](.)['\"] that cannot start any token": _QUOTES,
    r"could not find expected ':'": "there is no `: ` after a key, or the value of the line above does not "
    "end: lines are `key: value`",
    r"found unexpected end of stream": "the quote that begins here has no end",
    r"found unexpected document (?:separator|indicator)": "the quote that begins here has no end",
    r"expected <block end>, but found '-'": "the indentation of this item fits no line above it",
    r"expected <block end>, but found '(?:<block mapping start>|<block sequence start>)'": "the indentation "
    "of this line fits no line above it",
    r"expected <block end>, but found .*": "this does not continue the lines above: is it indented "
    "as they are, and is each text with signs in quotes?",
    r"expected ',' or '(.)', but got .*": "the bracket that begins here has no {0}",
    r"expected the node content, but found .*": "a value is missing here, or a bracket has no end",
    r"expected <document start>, but found .*": "this is not indented as the first line is",
    r"but found another document": "a second document begins here: deploy.yml is one, without a line ---",
    r"found undefined alias '(.*)'": "*{0} refers to &{0}, which is nowhere above; "
    + _QUOTES.format("*"),
    r"second occurrence": "there is an anchor of this name above",
    r"sequence entries are not allowed here": "an item of a list begins on a line of its own: `- value`",
    r"mapping keys are not allowed here": _QUOTES.format("?"),
    r"expected chomping or indentation indicators, but .*": _QUOTES.format("> or |"),
    r"expected '<document start>', but .*": _QUOTES.format("%"),
    r"expected a mapping or list of mappings for merging.*": "<< takes in an anchor only, as *name",
    r"expected a .*|failed to .*": "this is not what its tag says",
    r"expected alphabetic or numeric character, but found .*": "a text that begins with * or & needs quotes",
    r"found unknown escape character .*": r"no such \ sign: use single quotes for a text with \ in it",
    r"could not determine a constructor for the tag '(.*)'": "tags such as {0} are not taken; "
    + _QUOTES.format("!"),
    r"found unhashable key": "a key must be a text: {{{{ }}}} of templates is not taken, and needs quotes",
    r"unacceptable character #x(.*): .*": "there is a character that YAML does not allow, number {0}",
    # Of datetime.
    r".* must be in .*|.*out of range.*": "no calendar has this date; put it in quotes",
}
# For these the begin of what is not ended helps more than where its end was missed.
_BEGIN = ("found unexpected", "expected ',' or", "could not find")


def find(error: yaml.YAMLError, text: str) -> Mistake:
    """What is wrong, and where. text: of the file."""
    spot, problem = _spot(error, text), _problem(error)
    if quote := _swallowing_quote(text, spot):
        return Mistake(
            quote,
            f"the quote that begins here has no end on its line: it is taken to end in line {spot.line}",
        )
    if problem == "mapping values are not allowed here":
        return Mistake(spot, _colon(text.splitlines(), spot))
    return Mistake(spot, _meaning(problem))


def _swallowing_quote(text: str, spot: Spot) -> Spot | None:
    """Of the text that goes over lines to the quote of another one, in the line of the problem."""
    swallowing = None
    try:
        for token in yaml.scan(text):
            begin, end = token.start_mark, token.end_mark
            quoted = isinstance(token, yaml.ScalarToken) and token.style in ("'", '"')
            if quoted and begin.line < end.line == spot.line - 1 and end.column < spot.column:
                swallowing = _at(begin)
    except yaml.YAMLError:
        pass
    return swallowing


def _colon(lines: list[str], spot: Spot) -> str:
    """A `: ` where none can be."""
    before = lines[spot.line - 1][: spot.column - 1]
    above = [line for line in lines[: spot.line - 1] if line.strip()][-1:]
    if re.search(r":\s", before) or not above:
        return "there is a second `: ` in this line: put a text that has one in quotes"
    if not re.search(r":(\s|$)", above[0]):
        return "the line above has no `: ` after its key: lines are `key: value`"
    return "this line is indented more than the one above, which has a value already"


def _problem(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        return error.problem or error.context or ""
    if isinstance(error, yaml.reader.ReaderError):
        return f"unacceptable character #x{error.character:04x}: {error.reason}"
    return str(error)


def _meaning(problem: str) -> str:
    for pattern, words in _WORDS.items():
        if found := re.fullmatch(pattern, problem):
            return words.format(*found.groups())
    return problem or "YAML can't read this"


def _spot(error: yaml.YAMLError, text: str) -> Spot:
    if isinstance(error, WrongValue):
        return _at(error.node.start_mark)
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        return Spot(before.count("\n") + 1, len(before) - before.rfind("\n"))
    if not isinstance(error, yaml.MarkedYAMLError):
        return Spot()
    begin = error.context_mark if (error.problem or "").startswith(_BEGIN) else None
    return _at(begin or error.problem_mark or error.context_mark)


def _at(mark: yaml.Mark | None) -> Spot:
    return Spot(mark.line + 1, mark.column + 1) if mark else Spot()
