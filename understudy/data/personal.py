"""Columns that look like personal data. Without a rule in deploy.yml they stop a pull. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from unicodedata import combining, normalize

from understudy.config.data import Data
from understudy.data.schema import Column, Table


@dataclass(frozen=True)
class Pattern:
    """A kind of columns. name, type: patterns of their names and types.

    reason: what they hold, in words. rule: the one to propose.
    """

    name: str
    reason: str
    rule: str
    type: str = r".*"


# Not a type of counts, dates or flags: `email_verified` and `token_count` are no personal data.
# Any other type may hold a text: PostgreSQL's own, an extension's, or one of the app's.
_TEXT = (
    r"(?!((tiny|small|medium|big)?int(eger)?[248]?( unsigned)?|(small|big)?serial|bool(ean)?|date(time)?"
    r"|time(stamp)?\b[^\[]*|interval[^\[]*|real|double( precision)?|float|money|oid"
    r"|(numeric|decimal)[^\[]*)$)"
)
_ANY = r"(?!bool|date|time)"

# The first one that fits counts. Names are normalised by plain().
PATTERNS = (
    Pattern(r".*e_?mail|.*mail(_?addr(ess)?)?s?(_|$)|courriel|correo", "an e-mail address", "email", _TEXT),
    Pattern(r".*(passw(or)?[dt]|passphrase|kennwort|contrasen|wachtwoord|mot_de_passe)"
         r"|(.*_)?(pwd|pass|passcode|pin|senha|haslo)$", "a password", "unusable", _TEXT),
    Pattern(r".*(secret|token|api_?key|private_?key|otp|salt|nonce|credential|cookie|jwt)",
         "a token or key", "hash", _TEXT),
    Pattern(r"(session|auth|access|activation|reset|license|invite|confirm(ation)?|verification)_?(key|code)$"
         r"|key$", "a token or key", "hash", _TEXT),
    Pattern(r"(first|last|full|given|family|middle|nick|maiden|display|real|user|sur|contact)_?name"
         r"|.*(name|naam)$|(login|user|author|owner|sender|recipient|customer|client|person|nick)$"
         r"|(nom|prenom|nombre|apellidos?|nome|sobrenome|cognome|imie|nazwisko)(_|$)",
         "a name", "name", _TEXT),
    Pattern(r".*(phone|mobile|telefon|fax)|(.*_)?(tel|cell|handy|mobil|gsm|celular|movil)$|cell_",
         "a telephone number", "'null'", _ANY),
    Pattern(r".*(add?res|addr$|street|strasse|anschrift|direccion|indirizzo|endereco|postcode|postal|zip_?code)"
         r"|(.*_)?(zip|city|plz|ort|wohnort|stadt|ville|rue|calle|cidade)$", "an address", "text", _TEXT),
    Pattern(r"(.*_)?ip$|ip_|remote_addr|.*user_?agent", "where a person connects from", "'null'", _ANY),
    Pattern(r".*(birth|geburt|naissance|nacimiento|nascita|nascimento)|(.*_)?dob$", "a date of birth",
         "'null'"),
    Pattern(r".*(iban|bic$|account_?n|kontonummer|card_?n|credit_?card|cvv|cvc)", "a bank account or card",
         "'null'", _ANY),
    Pattern(r".*(ssn|social_?security|passport|tax_?(id|n)|national_?id|vat_?(id|n)|codice_fiscale|steuer_?(id|n))"
         r"|(.*_)?(nif|dni|cpf|bsn|pesel|nino)$", "an official number", "'null'", _ANY),
    Pattern(r".*(gender|geschlecht|religion|ethnic|diagnos|disease|salary|gehalt|nationality)|sex$",
         "a personal trait", "'null'", _ANY),
    Pattern(r"(lat|lng|lon|latitude|longitude|location|coordinates)$|.*_(lat|lng|lon|latitude|longitude)$",
         "a place where a person is", "'null'", _ANY),
    Pattern(r".*(comment|message|note|feedback|biography|description|remark|bemerkung|kommentar)s?$"
         r"|(bio|body|about|subject|content)$",
         "free text in which people write anything", "text", _TEXT),
    Pattern(r".*(avatar|photo|portrait|signature|fingerprint)", "a picture or mark of a person", "hash",
         _TEXT),
    Pattern(r".*(payload|data|json|object_repr)$|(.*_)?(meta|changes|headers|params|kwargs|args|extra)$",
         "data of any kind", "'null'", _TEXT),
    Pattern(r"", "data of any kind", "'null'", r"json|xml|bytea|.*blob|.*hstore"),
    Pattern(r"", "words of other columns", "'null'", r"tsvector"),
    Pattern(r".*[^\x00-\x7f]", "data with a name in a script that is not covered", "hash", _TEXT),
)  # fmt: skip

# Values of `fixed` for types that are no text, where null is not allowed.
_FIXED = (
    (r"json|.*\[\]$", "{}"),
    (r"date|timestamp", "1970-01-01"),
    (r"inet|cidr", "0.0.0.0"),  # noqa: S104 - no address to listen at
    (r".*(int|serial|real|double|float|numeric|decimal)", "0"),
)

# Tables of a framework, whose rows are names in its code and the same everywhere.
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
    """A column that needs a rule; column is "" for a whole table. rule: the one to propose."""

    table: str
    column: str
    reason: str
    rule: str

    def __str__(self) -> str:
        where = f"{self.table}.{self.column}" if self.column else self.table
        return f"{where}: looks like {self.reason}" if self.column else f"{where}: {self.reason}"


def find(tables: Iterable[Table], data: Data) -> tuple[Finding, ...]:
    """The columns that need a rule by their name or type, and have none."""
    return tuple(found for table in tables for found in _in_table(table, data))


def columns_without_rule(tables: Iterable[Table], data: Data) -> tuple[tuple[Table, Column], ...]:
    """The columns that leave the host unchanged and may hold a text."""
    return tuple(
        (table, column)
        for table in tables
        if _travels(table, data) and not table.virtual
        for column in table.columns
        if data.rule(table.name, column.name) is None and re.match(_TEXT, column.type)
    )


def with_addresses(
    columns: Iterable[tuple[Table, Column]], found: Collection[tuple[str, str]]
) -> tuple[Finding, ...]:
    """The columns that need a rule by their values. found: tables and columns with e-mail addresses."""
    pattern = Pattern("", "a column with e-mail addresses", "hash")
    return tuple(
        Finding(table.name, column.name, pattern.reason, _proposal(pattern, table, column))
        for table, column in columns
        if (table.name, column.name) in found
    )


def _travels(table: Table, data: Data) -> bool:
    return not data.drops(table.name) and table.bare not in OF_THE_FRAMEWORK


def _in_table(table: Table, data: Data) -> Iterator[Finding]:
    if not _travels(table, data):
        return
    if table.virtual:
        reason = "is a virtual table, which holds words of other tables: it can only be dropped"
        yield Finding(table.name, "", reason, "drop")
        return
    for column in table.columns:
        pattern = pattern_of(column)
        if pattern and data.rule(table.name, column.name) is None:
            yield Finding(
                table.name, column.name, pattern.reason, _proposal(pattern, table, column)
            )


def pattern_of(column: Column) -> Pattern | None:
    """The kind of personal data that the column seems to hold, or None."""
    return next((pattern for pattern in PATTERNS if _fits(pattern, column)), None)


def _fits(pattern: Pattern, column: Column) -> bool:
    return bool(re.match(pattern.name, plain(column.name)) and re.match(pattern.type, column.type))


def plain(name: str) -> str:
    """A normalised name: firstName, E-Mail, Straße, prénom -> first_name, e_mail, strasse, prenom."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).casefold()
    letters = "".join(one for one in normalize("NFKD", words) if not combining(one))
    return re.sub(r"\W+", "_", letters).strip("_")


def _proposal(pattern: Pattern, table: Table, column: Column) -> str:
    """A rule that fits the column."""
    optional = not (column.required or column.key)
    unique = any(column.name in names for names in table.unique)
    if column.is_text and not unique and pattern.rule != "'null'":
        return pattern.rule
    if optional and (pattern.rule == "'null'" or not column.is_text):
        return "'null'"
    if column.is_text:
        return pattern.rule if pattern.rule in ("email", "name") else "hash"
    fixed = next((value for kind, value in _FIXED if re.match(kind, column.type)), "")
    return f'{{fixed: "{fixed}"}}'


def snippet(findings: Iterable[Finding]) -> str:
    """Lines for deploy.yml with a rule for each finding."""
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
