"""A captured mail as JSON, of bounded length: for `--json` and for reports. Pure."""

from datetime import UTC, datetime
from typing import Any

from understudy.host.mails import Mail
from understudy.report.moments import moment
from understudy.report.sanitize import cut

# Of the HTML of one mail: half of it would look broken.
MOST_HTML = 100_000


def shown(mail: Mail) -> dict[str, Any]:
    """The fields of docs/report.md, `mails`. at: ISO 8601, UTC, by the clock of the host that has it."""
    return {
        "host": mail.host,
        "subject": mail.subject,
        "from": mail.sender,
        "to": list(mail.to),
        "at": moment(datetime.fromtimestamp(mail.seconds, UTC)),
        "text": cut(mail.text),
        "html": mail.html if len(mail.html) <= MOST_HTML else "",
        "links": list(mail.links[:100]),
        "attachments": [
            {"name": one.name, "type": one.type, "bytes": len(one.content)}
            for one in mail.attachments
        ],
    }
