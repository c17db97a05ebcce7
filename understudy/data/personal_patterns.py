"""Names and types of columns that look like personal data or lead to other systems, each with a rule. Pure."""

import re
from dataclasses import dataclass
from unicodedata import combining, normalize

from understudy.data.schema import Column


@dataclass(frozen=True)
class Pattern:
    """A kind of columns. name, type: patterns of their names and types.

    reason: what they hold, in words. rule: the one to propose.
    """

    name: str
    reason: str
    rule: str
    type: str = r".*"


def pattern_of(column: Column) -> Pattern | None:
    """The kind of personal data that the column seems to hold, or None."""
    return next((pattern for pattern in PATTERNS if _fits(pattern, column)), None)


def plain(name: str) -> str:
    """A normalised name: firstName, E-Mail, Straße, prénom -> first_name, e_mail, strasse, prenom."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).casefold()
    letters = "".join(one for one in normalize("NFKD", words) if not combining(one))
    return re.sub(r"\W+", "_", letters).strip("_")


def _fits(pattern: Pattern, column: Column) -> bool:
    return bool(re.match(pattern.name, plain(column.name)) and re.match(pattern.type, column.type))


# Not a type of counts, dates or flags: `email_verified` and `token_count` are no personal data.
# Any other type may hold a text: PostgreSQL's own, an extension's, or one of the app's.
TEXT = (
    r"(?!((tiny|small|medium|big)?int(eger)?[248]?( unsigned)?|(small|big)?serial|bool(ean)?|date(time)?"
    r"|time(stamp)?\b[^\[]*|interval[^\[]*|real|double( precision)?|float|money|oid"
    r"|(numeric|decimal)[^\[]*)$)"
)
_ANY = r"(?!bool|date|time)"

# The first one that fits counts. Names are normalised by plain().
PATTERNS = (
    Pattern(r".*e_?mail|.*mail(_?addr(ess)?)?s?(_|$)|courriel|correo", "an e-mail address", "email", TEXT),
    Pattern(r".*(passw(or)?[dt]|passphrase|kennwort|contrasen|wachtwoord|mot_de_passe)"
         r"|(.*_)?(pwd|pass|passcode|pin|senha|haslo)$", "a password", "unusable", TEXT),
    Pattern(r".*web_?hook|(.*_)?((hook|callback|notify|notification)_?ur[il]|endpoint(_ur[il])?)$",
         "a webhook, which staging must not call", '{fixed: ""}', TEXT),
    Pattern(r".*(api|access|secret|private|client|signing|stripe|license)_?key|(.*_)?dsn$",
         "a token or key", '{fixed: ""}', TEXT),
    Pattern(r".*(secret|token|api_?key|private_?key|otp|salt|nonce|credential|cookie|jwt)",
         "a token or key", "hash", TEXT),
    Pattern(r"(session|auth|access|activation|reset|license|invite|confirm(ation)?|verification)_?(key|code)$"
         r"|key$", "a token or key", "hash", TEXT),
    Pattern(r"(first|last|full|given|family|middle|nick|maiden|display|real|user|sur|contact)_?name"
         r"|.*(name|naam)$|(login|user|author|owner|sender|recipient|customer|client|person|nick)$"
         r"|(nom|prenom|nombre|apellidos?|nome|sobrenome|cognome|imie|nazwisko)(_|$)",
         "a name", "name", TEXT),
    Pattern(r".*(phone|mobile|telefon|fax)|(.*_)?(tel|cell|handy|mobil|gsm|celular|movil)$|cell_",
         "a telephone number", "'null'", _ANY),
    Pattern(r".*(add?res|addr$|street|strasse|anschrift|direccion|indirizzo|endereco|postcode|postal|zip_?code)"
         r"|(.*_)?(zip|city|plz|ort|wohnort|stadt|ville|rue|calle|cidade)$", "an address", "text", TEXT),
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
         "free text in which people write anything", "text", TEXT),
    Pattern(r".*(avatar|photo|portrait|signature|fingerprint)", "a picture or mark of a person", "hash",
         TEXT),
    Pattern(r".*(payload|data|json|object_repr)$|(.*_)?(meta|changes|headers|params|kwargs|args|extra)$",
         "data of any kind", "'null'", TEXT),
    Pattern(r"", "data of any kind", "'null'", r"json|xml|bytea|.*blob|.*hstore"),
    Pattern(r"", "words of other columns", "'null'", r"tsvector"),
    Pattern(r".*[^\x00-\x7f]", "data of any kind, by a name in another script", "hash", TEXT),
)  # fmt: skip
