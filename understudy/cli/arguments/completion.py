"""What the shell completes: names of deploy.yml, and of what a target was seen with last. No host is asked."""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from understudy.paths import Project, find_project

Names = Callable[[argparse.Namespace], Iterable[str]]


def complete(argument: argparse.Action, names: Names) -> argparse.Action:
    """The shell completes it to these names."""

    def completer(prefix: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
        return [name for name in names(parsed_args) if name.startswith(prefix)]

    return _complete_by(argument, completer)


def complete_files(argument: argparse.Action) -> None:
    def completer(prefix: str, **options: object) -> Iterable[str]:
        from argcomplete.completers import FilesCompleter

        return FilesCompleter()(prefix, **options)

    _complete_by(argument, completer)


def complete_keys(argument: argparse.Action) -> None:
    """To the keys of `config`."""

    def completer(prefix: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
        from understudy.cli.arguments import config_keys

        schema = config_keys.read(_project(parsed_args).schema.read_text())
        return config_keys.at(prefix, schema, _tree(parsed_args))

    _complete_by(argument, completer)


def _complete_by(
    argument: argparse.Action, completer: Callable[..., Iterable[str]]
) -> argparse.Action:
    # argcomplete's own attribute.
    argument.completer = completer  # type: ignore[attr-defined]
    return argument


def run(parser: argparse.ArgumentParser, finder: Any = None) -> None:
    """Answers the shell, which ends the process. Options only after a `-`: among verbs and names they would be
    in the way; files only where an argument is one.

    finder: of argcomplete.
    """
    import argcomplete
    from argcomplete.completers import SuppressCompleter

    finder = finder or argcomplete.autocomplete
    finder(parser, always_complete_options=False, default_completer=SuppressCompleter())


def targets(options: argparse.Namespace) -> list[str]:
    return _keys(_tree(options).get("targets"))


def sides(options: argparse.Namespace) -> list[str]:
    """Of `drift --between`."""
    return [*targets(options), "capture", "code"]


def hosts(options: argparse.Namespace) -> list[str]:
    """The addresses of the target's hosts, of those with roles the ones that the verb works on."""
    found = _tree(options).get("targets")
    target = found.get(_target(options)) if isinstance(found, dict) else None
    if not isinstance(target, dict):
        return []
    listed = [one for one in target.get("hosts") or [] if isinstance(one, dict)]
    found = _fitting(getattr(options, "verb", None), listed) if listed else []
    found = found or target.get("addresses") or [target.get("address")]
    return [str(one) for one in found if one]


def _fitting(verb: str | None, hosts: list[dict[str, Any]]) -> list[Any]:
    from understudy.config import host_choice

    roles = [{str(role) for role in host.get("roles") or ()} for host in hosts]
    choice = host_choice.of(verb, roles) if verb else host_choice.ANY
    return [
        host.get("address") for host, own in zip(hosts, roles, strict=True) if own & {*choice.roles}
    ]


def processes(options: argparse.Namespace) -> list[str]:
    return _keys(_tree(options).get("processes"))


def timers(options: argparse.Namespace) -> list[str]:
    return _keys(_tree(options).get("timers"))


def journals(options: argparse.Namespace) -> list[str]:
    """Of `logs -p`."""
    return ["web", *processes(options), *timers(options), *services(options), "nginx"]


def services(options: argparse.Namespace) -> list[str]:
    found = _tree(options).get("services")
    return [str(one) for one in found] if isinstance(found, list) else _keys(found)


def releases(options: argparse.Namespace) -> list[str]:
    from understudy.host import known_names

    return known_names.kept(_project(options), _target(options), known_names.RELEASES)


def backups(options: argparse.Namespace) -> list[str]:
    from understudy.host import known_names

    return known_names.kept(_project(options), _target(options), known_names.BACKUPS)


def overrides(options: argparse.Namespace) -> list[str]:
    """Of `eject`."""
    from understudy.project import overrides

    return [one.name for one in overrides.possible(_project(options))]


def _target(options: argparse.Namespace) -> str:
    """Empty if the verb's default depends on deploy.yml."""
    return getattr(options, "target", None) or getattr(options, "default_target", None) or ""


def _project(options: argparse.Namespace) -> Project:
    """directory: where deploy.yml is looked for, as in main.main()."""
    directory = getattr(options, "directory", None) or Path.cwd()
    return find_project(directory, getattr(options, "config", None))


def _tree(options: argparse.Namespace) -> dict[str, Any]:
    """deploy.yml as YAML, without a check, which takes long. A mistake elsewhere in it doesn't matter."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        # It is a safe loader, written in C.
        tree = yaml.load(_project(options).config_file.read_bytes(), loader)  # noqa: S506
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return tree if isinstance(tree, dict) else {}


def _keys(part: object) -> list[str]:
    return [str(key) for key in part] if isinstance(part, dict) else []
