"""A captured mail as a page: its HTML in a frame that runs no script and loads nothing. Pure."""

import html
from collections.abc import Mapping
from typing import Any

# A remote image would show its server that the mail was read.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def document(body: str) -> str:
    """For the attribute `srcdoc` of an iframe with `sandbox`."""
    return (
        f'<!doctype html><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">{body}'
    )


def page(mail: Mapping[str, Any]) -> str:
    """A page of one mail, as the attachment `mails` has it: docs/report.md."""
    subject, sender, to = (
        html.escape(text) for text in (mail["subject"], mail["from"], ", ".join(mail["to"]))
    )
    frame = (
        f'<iframe sandbox title="the mail" srcdoc="{html.escape(document(mail["html"]))}"></iframe>'
    )
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{subject}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 1rem }}
iframe {{ width: 100%; height: 60vh; border: 1px solid #999; background: #fff }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere }}
</style>
<h1>{subject}</h1>
<p>From {sender}<br>To {to}</p>
{frame if mail["html"] else ""}
<pre>{html.escape(mail["text"])}</pre>
</html>
"""
