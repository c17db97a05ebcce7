"""Columns that look as if they told of people. Without a rule in deploy.yml they stop a pull. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from understudy.config_data import Data
from understudy.schema import Column, Table


@dataclass(frozen=True)
class Look:
    """A look that columns have. name: a pattern of their names. rule: what to propose."""

    name: str
    reason: str
    rule: str
    type: str = r".*"


# Not what only counts, dates or flags: a person can't be told from `email_verified` or `token_count`.
_TEXT = r"$|.*(char|text|clob|json|blob|bytea|uuid|inet|cidr)|.*\[\]"
_ANY = r"(?!bool|date|time).*"

# The first that fits counts.
LOOKS = (
    Look(r"e?_?mail(_?addr(ess)?)?(es)?$|.*_e?mail(_|$|s$)|email", "an e-mail address", "email", _TEXT),
    Look(r".*passw(or)?d|.*passphrase|pwd$|.*_pwd$", "a password", "unusable", _TEXT),
    Look(r".*(secret|token|api_?key|private_?key|otp|salt|nonce)", "a token or key", "hash", _TEXT),
    Look(r"(session|auth|access|activation|reset|license)_?(key|code)$|key$", "a token or key",
         "hash", _TEXT),
    Look(r"(first|last|full|given|family|middle|nick|maiden|display|real|user|sur|contact)_?name"
         r"|login$|user$|author$", "a name", "name", _TEXT),
    Look(r"name$|.*_name$", "a name", "name", _TEXT),
    Look(r".*(phone|mobile|telefon|fax)|tel$|.*_tel$|cell(_|$)", "a telephone number", "'null'", _ANY),
    Look(r".*(address|addr$|street|postcode|postal|zip_?code)|zip$|city$|.*_city$", "an address",
         "text", _TEXT),
    Look(r"ip$|.*_ip$|ip_|remote_addr|.*user_?agent", "where somebody connects from", "'null'", _ANY),
    Look(r".*birth|dob$|.*_dob$", "a date of birth", "'null'"),
    Look(r".*(iban|bic$|account_?n|card_?n|credit_?card|cvv|cvc)", "a bank account or card", "'null'",
         _ANY),
    Look(r".*(ssn|social_?security|passport|tax_?(id|n)|national_?id|vat_?(id|n))",
         "an official number", "'null'", _ANY),
    Look(r".*(gender|religion|ethnic|diagnos|disease|salary|nationality)", "a personal trait", "'null'",
         _ANY),
    Look(r"(lat|lng|lon|latitude|longitude|location|coordinates)$|.*_(lat|lng|lon|latitude|longitude)$",
         "a place where somebody is", "'null'", _ANY),
    Look(r".*(comment|message|note|feedback|biography|description)s?$|bio$|body$|about$|subject$",
         "free text in which people write anything", "text", _TEXT),
    Look(r".*(avatar|photo|portrait|signature|fingerprint)", "a picture or mark of somebody", "hash",
         _TEXT),
    Look(r".*(payload|session_data|user_data|metadata|extra_data|raw_?data|object_repr)$|data$",
         "data of any kind", "'null'", _TEXT),
)  # fmt: skip

# What a framework keeps for itself: names in here are those of code, and the same everywhere.
OF_THE_FRAMEWORK = {
    "alembic_version",
    "auth_group",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_site",
    "sqlite_sequence",
}


@dataclass(frozen=True)
class Finding:
    """A table without columns is one whose rows can't be told apart."""

    table: str
    column: str
    reason: str
    rule: str

    def __str__(self) -> str:
        where = f"{self.table}.{self.column}" if self.column else self.table
        return f"{where}: looks like {self.reason}" if self.column else f"{where}: {self.reason}"


def find(tables: Iterable[Table], data: Data) -> tuple[Finding, ...]:
    """What needs a rule and has none."""
    return tuple(found for table in tables for found in _in_table(table, data))


def _in_table(table: Table, data: Data) -> Iterator[Finding]:
    if data.drops(table.name) or table.bare in OF_THE_FRAMEWORK:
        return
    if table.virtual:
        reason = "is a virtual table, which keeps words of other tables: it can only be left out"
        yield Finding(table.name, "", reason, "drop")
        return
    for column in table.columns:
        look = looks_like(column)
        if look and data.rule(table.name, column.name) is None:
            yield Finding(table.name, column.name, look.reason, look.rule)


def looks_like(column: Column) -> Look | None:
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.name).lower()
    return next((look for look in LOOKS if _fits(look, name, column)), None)


def _fits(look: Look, name: str, column: Column) -> bool:
    return bool(re.match(look.name, name) and re.match(look.type, column.type))


def snippet(findings: Iterable[Finding]) -> str:
    """Lines for deploy.yml that give each a rule."""
    lines = ["data:", "  tables:"]
    table = ""
    for found in findings:
        if not found.column:
            lines.append(f"    {_key(found.table)}: {found.rule}")
            continue
        if found.table != table:
            lines.append(f"    {_key(found.table)}:")
            table = found.table
        lines.append(f"      {_key(found.column)}: {found.rule}")
    return "\n".join(lines)


def _key(name: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", name)
    return name if plain and name.lower() not in ("null", "yes", "no", "on", "off") else repr(name)
