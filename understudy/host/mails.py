"""Mails that a host has kept, as values. Pure."""

import base64
import io
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses
from html.parser import HTMLParser

_URL = re.compile(r"""\bhttps?://[^\s<>"'\\]+""")
_ENDS = ".,;:!?)]}*"


@dataclass(frozen=True)
class Attachment:
    """type: of its content, such as application/pdf."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """name: of its file; later mails have greater ones. sender: as the mail names it. to: who gets it, also
    those that it doesn't name. text, html: "" if it has no such part. links: URLs of both, each once.

    headers: by their names as the mail has them, the first of those that it has more than once. host: the
    address of the one that has kept it, "" if that is not known.
    """

    name: str
    subject: str
    sender: str
    to: tuple[str, ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    headers: Mapping[str, str]
    host: str = ""

    @property
    def links(self) -> tuple[str, ...]:
        found = (*_links_of_html(self.html), *_links_of_text(self.text))
        return tuple(dict.fromkeys(found))

    @property
    def seconds(self) -> float:
        """When it came, by the host's clock: seconds since 1970."""
        digits = self.name.partition(".")[0]
        return int(digits) / 1e9 if digits.isdigit() else 0


@dataclass(frozen=True)
class Kept:
    """mails: in the order in which they came. removed: how many older ones had no room."""

    mails: tuple[Mail, ...]
    removed: int


def parse(output: str) -> Kept:
    """What commands/mails.py fetches. Raises ValueError for other text."""
    first, _, archive = output.strip().partition("\n")
    word, _, number = first.partition(" ")
    if word != "removed" or not number.isdigit():
        raise ValueError(f"no mails: {first[:80]!r}")
    return Kept(tuple(sorted(_members(base64.b64decode(archive)), key=_name)), int(number))


def _name(mail: Mail) -> str:
    return mail.name


def _members(archive: bytes) -> Iterator[Mail]:
    if not archive:
        return
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if content := tar.extractfile(member):
                yield read(member.name, content.read())


def read(name: str, content: bytes) -> Mail:
    """A mail, with the headers of the catcher. Reads what it can of a damaged one."""
    message = message_from_bytes(content, policy=policy.default)
    if not isinstance(message, EmailMessage):  # the policy makes no other
        raise TypeError(name)
    headers = dict(reversed([(key, _header(message, key)) for key in message]))
    envelope = [str(value).strip() for value in message.get_all("Delivered-To", [])]
    named = getaddresses([headers.get(key, "") for key in ("To", "Cc")])
    return Mail(
        name=name,
        subject=" ".join(headers.get("Subject", "").split()),
        sender=headers.get("From", ""),
        to=tuple(dict.fromkeys(envelope or [address for _, address in named if address])),
        text=_text(message, "plain"),
        html=_text(message, "html"),
        attachments=tuple(_attachments(message)),
        headers=headers,
    )


def _header(message: EmailMessage, key: str) -> str:
    # A header that isn't one by RFC 5322 makes the parser fail, and not only return it as it is.
    try:
        return str(message[key])
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        return ""


def _text(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None or part.get_content_type() != f"text/{kind}":
        return ""
    return _decoded(part).replace("\r\n", "\n")


def _decoded(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        return content.decode(errors="replace")


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    for part in message.walk():
        name = part.get_filename()
        if part.is_multipart() or not (name or part.get_content_disposition() == "attachment"):
            continue
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        yield Attachment(name or "", part.get_content_type(), content)


class _Hrefs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        if tag in ("a", "area"):
            self.found += [value.strip() for key, value in attrs if key == "href" and value]


def _links_of_html(html: str) -> list[str]:
    parser = _Hrefs()
    parser.feed(html)
    return parser.found


def _links_of_text(text: str) -> Iterator[str]:
    """Without what ends a sentence around them."""
    for found in _URL.findall(text):
        url = found.rstrip(_ENDS)
        # A bracket that was opened in the URL belongs to it.
        yield url + ")" if url.count("(") > url.count(")") and found[len(url) :][:1] == ")" else url
