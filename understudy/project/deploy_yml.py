"""The text of a first deploy.yml: each value with what it was decided by. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from understudy.project import production
from understudy.project.values import Deployment, Found

# In this order, each with its comment if there is nothing else to say.
_APP = (
    "name",
    "source",
    "subdirectory",
    "preset",
    "module",
    "worker_class",
    "workers",
    "request_timeout",
    "requirements",
    "extras",
    "groups",
    "build_packages",
    "build_commands",
    "release_commands",
    "migrations_pending",
    "migrate_commands",
    "database",
    "health_path",
    "check_paths",
    "static_url",
    "static_directory",
    "media_url",
)
_COLUMN = 42
# For the YAML language server, which many editors have; schema_copy.py puts it there.
_SCHEMA = "# yaml-language-server: $schema=.understudy/deploy.schema.json"


def text(found: Deployment) -> str:
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Deployment) -> Iterator[str]:
    yield _SCHEMA
    yield f"# How this {found.kind} app is deployed, and the staging VM on which each deploy is rehearsed."
    yield "# Written by `init`: behind each value is what decided it."
    yield "# `understudy help docs/configuration.md` shows every key."
    yield from _comments(found)
    yield ""
    yield "app:"
    for key in (*_APP, *(key for key in found.app if key not in _APP)):
        if key in found.app:
            yield _line(f"  {key}", found.app[key])
    if found.environment:
        yield "  environment:  # no secrets; {database}, {domains}, {origin} and the like are filled in"
        yield from (_line(f"    {name}", value) for name, value in found.environment.items())
    yield ""
    if found.secrets:
        yield "secrets:  # each host makes its own, beside SECRET_KEY"
        yield from (_line(f"  {name}", value) for name, value in found.secrets.items())
        yield ""
    if found.host:
        yield "host:"
        yield from (_line(f"  {name}", value) for name, value in found.host.items())
        yield ""
    yield from _part("processes", found.processes, "beside the web process, in each release")
    yield from _part("timers", found.timers, "commands of the live release, by the clock")
    yield from _part("services", found.services, "servers on each host, which outlive releases")
    yield "vm:  # the staging VM"
    yield _line("  name", Found(found.app["name"].value, "of no other project on this machine"))
    yield from (_line(f"  {name}", value) for name, value in found.vm.items())
    yield ""
    yield from _targets(found)


def _comments(found: Deployment) -> Iterator[str]:
    if found.unknown:
        yield "#"
        yield "# Not known from the repository:"
        for one in found.unknown:
            yield f"# - {one.what}"
            yield f"#   {one.line}"
    if found.notes:
        yield "#"
        yield "# Notes:"
        yield from (f"# - {note}" for note in found.notes)


def _targets(found: Deployment) -> Iterator[str]:
    name = found.app["name"].value
    yield "targets:"
    yield "  vagrant:  # the staging VM"
    yield f"    domain: {name}.test"
    yield "    https: auto  # by an issuer of its own, on this machine"
    yield "    admin: vagrant"
    yield "    key: ~/.vagrant.d/insecure_private_key"
    yield "    known_hosts: .understudy/known_hosts"
    yield "    disposable: true  # tests may destroy data here"
    yield "    require_receipt: false  # rehearsals run here; other targets need a receipt of one"
    if found.staging:
        yield "    environment:"
        yield from (_line(f"      {name}", value) for name, value in found.staging.items())
    if found.production:
        yield "  production:"
        yield from (_line(f"    {key}", value) for key, value in found.production.items())
    else:
        yield "  # production:"
        yield f"  #   domain: {name}.example.com"
        yield f"  #   https: auto  # {production.HTTPS}"
        yield f"  #   acme: {_value(production.ACME)}  # {production.TERMS}"
        yield "  #   address: 192.0.2.7  # of the server, for SSH"
        yield "  #   # several servers have `hosts`: `understudy help docs/topology.md`"
        yield "  #   admin: debian  # the user that provisions, with sudo"
        yield "  #   require_clean: true  # refuse to deploy with uncommitted changes"
    yield ""
    yield "# receipts:  # of passed rehearsals; a deploy to production needs a signed one"
    yield "#   key: ~/.ssh/understudy  # signs them; how to make one: `understudy help docs/receipts.md`"


def _part(name: str, values: Mapping[str, Found], what: str) -> Iterator[str]:
    if not values:
        return
    # A key with comments alone below it would be nothing, which is a mistake.
    is_any_sure = any(one.is_sure for one in values.values())
    yield f"{'' if is_any_sure else '# '}{name}:  # {what}"
    for key, one in values.items():
        yield _line(f"{'  ' if one.is_sure else '#   '}{key}", one)
    yield ""


def _line(key: str, found: Found) -> str:
    line = f"{key}: {_value(found.value)}"
    return f"{line.ljust(_COLUMN)}  # {found.why}" if found.why else line


def _value(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return value if _is_plain(value) else json.dumps(value, ensure_ascii=False)
        case Mapping():
            return "{" + ", ".join(f"{key}: {_value(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(_value(one) for one in value) + "]"


def _is_plain(value: str) -> bool:
    """Whether YAML reads these characters as this text, without quotes, also inside of [ ]."""
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/~-")
    words = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "~", ""}
    begins_well = value[:1].isalpha() or value[:1] in "/."
    return set(value) <= allowed and value.lower() not in words and begins_well
