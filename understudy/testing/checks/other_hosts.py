"""What a page lacks because this machine can't reach another host: no fault of the app. Pure."""

import re
from urllib.parse import urlsplit

from understudy.testing.checks.evidence import ConsoleLine, Page
from understudy.testing.checks.links import is_own

# chromedriver's line about a request: its URL and why it failed.
_FAILED = re.compile(r"(?P<url>\S+) - Failed to load resource: (?P<why>.*)", re.DOTALL)
_STATUS = re.compile(r"status of (\d+)")


def failed_request(line: ConsoleLine) -> tuple[str, str, int] | None:
    """URL, reason and status (0: no answer) of the request that failed, if the line is about one."""
    found = _FAILED.match(line.text) if line.source == "network" else None
    if found is None:
        return None
    status = _STATUS.search(found["why"])
    return found["url"], found["why"].strip(), int(status[1]) if status else 0


def unreachable(page: Page, base: str) -> list[str]:
    """Other hosts that gave no answer to the page. A machine that rehearses may have no internet."""
    requests = [found for line in page.console if (found := failed_request(line))]
    urls = [url for url, _, status in requests if status == 0] + list(page.waiting)
    hosts = (urlsplit(url).netloc for url in urls if not is_own(url, base))
    return list(dict.fromkeys(filter(None, hosts)))
