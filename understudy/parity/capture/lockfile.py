"""A capture as a file for git: YAML, sorted, one value a line, with a last line that marks the end."""

from collections.abc import Iterator

import yaml

from understudy.errors import ConfigError
from understudy.parity.capture.parse import SECTIONS
from understudy.parity.capture.value import Capture
from understudy.report.sanitize import plain

_FORMAT = "1"
_END = "# end\n"
# Ten times as fast, if PyYAML was built with it: `up` reads the file each time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def dump(capture: Capture, target: str) -> str:
    """The text of a lock file. The same capture always gives the same text."""
    head = f"# What {target} is like, by `{command(target)}`: don't edit.\n"
    sections = {name: dict(section) for name, section in capture.sections.items()}
    body = yaml.dump(
        {"format": _FORMAT, **sections},
        Dumper=_Dumper,
        sort_keys=True,
        allow_unicode=True,
        default_flow_style=False,
        width=2**20,
    )
    return head + body + _END


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks of lines."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def command(target: str) -> str:
    """The command that captures a target, or one of its hosts: `target:address`."""
    name, _, address = target.partition(":")
    return f"python deploy.py capture --target {name}" + (f" --host {address}" if address else "")


def restore_hint(target: str) -> str:
    return f"Restore the file by `git checkout`, or capture again: {command(target)}"


def load(text: str, name: str, target: str) -> Capture:
    """The text of a lock file -> Capture. Raises ConfigError that names the line.

    name: of the file, for messages.
    """
    try:
        return _load(text)
    except _Damaged as error:
        where = f"{name}:{error.line}" if error.line else name
        raise ConfigError(
            f"{where}: {error.what}", hint=restore_hint(target), cause="the capture is damaged"
        ) from None


class _Damaged(Exception):
    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


def _load(text: str) -> Capture:
    try:
        tree = yaml.compose(text, _LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _Damaged(f"not YAML: {error.problem}", line) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise _Damaged(f"not YAML: {error}") from None
    if not text.endswith(_END):
        raise _Damaged("the file is cut off: its last line is not `# end`", text.count("\n") + 1)
    sections = dict(_entries(tree))
    version = sections.pop("format", None)
    if not isinstance(version, yaml.ScalarNode) or version.value != _FORMAT:
        raise _Damaged(f"the format is not {_FORMAT}: another version of Understudy wrote the file")
    if sections.keys() != SECTIONS.keys():
        odd = ", ".join(sorted(sections.keys() ^ SECTIONS.keys()))
        raise _Damaged(f"missing or unknown sections: {odd}")
    return Capture(
        {
            name: {key: _value(key, node) for key, node in _entries(sections[name])}
            for name in SECTIONS
        }
    )


def _entries(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1 if node else 0
        raise _Damaged("expected names with values", line)
    seen = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise _Damaged("a name must be text", line)
        if key.value in seen:
            raise _Damaged(f"`{key.value}` is listed twice", line)
        seen.add(key.value)
        yield key.value, value


def _value(key: str, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag == "tag:yaml.org,2002:null":
        raise _Damaged(f"the value of `{key}` must be text", node.start_mark.line + 1)
    return plain(node.value)
