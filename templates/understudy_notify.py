"""Messages about what happens on this host by its clock.

understudy_notify.py timer NAME   after a run of that timer that has failed
understudy_notify.py check        once a day: the certificate, the disk, timers that still fail

Run by the distribution's Python, whose package apprise sends them, as the app's user. notify.json beside it has
the settings, the environment the URLs, which are secrets of the site. A host whose data tests may destroy mails
to its own catcher instead, in each check.
"""

import json
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

RECORDS = Path("/var/lib/understudy-timers")
DAY = 24 * 3600
FULL = 0.9
# Seconds, for each program that is asked.
LIMIT = 30


def main(words: list[str]) -> int:
    """Returns the exit code: 1 if a message could not be sent."""
    settings = json.loads(Path(__file__).with_name("notify.json").read_text())
    lines = list(check(settings) if words == ["check"] else timer(settings, words[1]))
    if not lines:
        return 0
    where = f"host {socket.gethostname()} of {settings['domain']}"
    title, body = f"{settings['site']}: {lines[0]}", "\n".join((*lines, where))
    print(f"{title}\n{body}", flush=True)
    return 0 if send(recipients(settings), title, body) else 1


def timer(settings: Mapping[str, Any], name: str) -> Iterator[str]:
    """Of a series of failures the first one; the daily check has those that last."""
    result, _, first = record(settings["site"], name)
    if "timer" in settings["events"] and first:
        yield f"timer {name} FAILED: {result}"
        yield f"journalctl -u {settings['site']}-{name} shows what it printed"


def check(settings: Mapping[str, Any]) -> Iterator[str]:
    """What someone has to know today."""
    events = settings["events"]
    if "certificate" in events and settings["https"]:
        yield from certificate(settings["domain"], settings["days"])
    if "disk" in events:
        yield from disk(f"/srv/{settings['site']}")
    if "timer" in events:
        yield from lasting(settings["site"])
    if not settings["sends"]:
        yield "messages of this host go to its own mail catcher: tests may destroy its data"


def certificate(domain: str, days: int, port: int = 443) -> Iterator[str]:
    """What visitors get, asked of this host itself."""
    ask = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", domain]
    asked = subprocess.run(ask, input=b"", capture_output=True, timeout=LIMIT)
    read = ["openssl", "x509", "-noout", "-enddate", "-checkend", str(days * DAY)]
    shown = subprocess.run(read, input=asked.stdout, capture_output=True, timeout=LIMIT)
    end = re.search(rb"notAfter=(.+)", shown.stdout)
    if not end:
        yield f"no certificate of {domain} could be read on this host"
    elif shown.returncode:
        yield f"the certificate of {domain} ENDS SOON, on {end[1].decode()}: it has not been renewed"


def disk(path: str) -> Iterator[str]:
    usage = shutil.disk_usage(path)
    if usage.used >= FULL * (usage.used + usage.free):
        yield f"the disk is FULL to more than {FULL:.0%}: {usage.free // 2**20} MiB are free"


def lasting(site: str) -> Iterator[str]:
    for name in sorted(path.name for path in (RECORDS / site).glob("[a-z]*")):
        result, since, _ = record(site, name)
        if result != "success" and time.time() - since > 0.9 * DAY:
            at = time.strftime("%Y-%m-%d %H:%M", time.gmtime(since))
            yield f"timer {name} FAILS since {at} UTC: {result}"


def record(site: str, name: str) -> tuple[str, int, bool]:
    """How the last run ended in systemd's words, since when runs fail, and whether it is the first of them.

    What timer-ended has written, which runs before this.
    """
    try:
        result, status, ended, since = (RECORDS / site / name).read_text().split()
    except (OSError, ValueError):
        return "it has left no record", 0, True
    return result if result == "success" else f"{result} {status}", int(since), ended == since


def recipients(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """Name of a variable -> the URL, "" if there is none."""
    if settings["sends"]:
        return {name: os.environ.get(name, "") for name in settings["to"]}
    if not settings["catcher"]:
        return {}
    mail = f"mailto://127.0.0.1:{settings['catcher']}?from={settings['site']}@notify.invalid&format=text"
    return {name: f"{mail}&to={_mailbox(name)}@notify.invalid" for name in settings["to"]}


def _mailbox(name: str) -> str:
    return name.lower().replace("_", "-").strip("-")


def send(urls: Mapping[str, str], title: str, body: str) -> bool:
    """Whether all of them got it. What it prints is in the journal, and has no URL."""
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    failed = []
    for name, url in urls.items():
        sender = apprise.Apprise()
        if not url:
            failed.append(f"{name}: the site has no such secret")
        elif not sender.add(url):
            failed.append(f"{name}: the secret is no URL that apprise knows")
        elif not sender.notify(title=title, body=body, notify_type="warning", body_format="text"):
            failed.append(f"{name}: its service refused the message or could not be reached")
    for one in failed:
        print(f"no message to {one}", file=sys.stderr)
    return not failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
