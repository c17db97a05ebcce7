"""Samples of what a crawl has seen."""

from dataclasses import replace
from typing import Any

from understudy.testing.checks.evidence import Answer, ConsoleLine, Crawl, Page

BASE = "http://shop.test"
HTML = {"content-type": "text/html; charset=utf-8"}
HOME = Page("/", f"{BASE}/", title="Shop", language="en", seconds=0.2, size=1000)


def answer(path: str = "/", status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(f"{BASE}{path}", status, HTML | named)


def crawl(*pages: Page, **changes: Any) -> Crawl:
    """A crawl whose start answers, with these pages; without any it has the home page."""
    seen = Crawl(BASE, answers={f"{BASE}/": answer()}, pages=pages or (HOME,))
    return replace(seen, **changes)


def home(**changes: Any) -> Page:
    return replace(HOME, **changes)


def failed(url: str, why: str) -> ConsoleLine:
    """chromedriver's line about a request that failed."""
    return ConsoleLine("SEVERE", "network", f"{url} - Failed to load resource: {why}")


def answered(path: str, status: int) -> ConsoleLine:
    return failed(f"{BASE}{path}", f"the server responded with a status of {status} (Whatever)")
