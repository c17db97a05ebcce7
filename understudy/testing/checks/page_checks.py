"""Checks of each page by itself: its status, title, language, accessibility, weight and time. Pure."""

from collections.abc import Callable, Iterator
from urllib.parse import urljoin

from understudy.config.verify import Budget
from understudy.local.numbers import number_of
from understudy.testing.checks.evidence import Answer, Crawl, Page, Violation
from understudy.testing.checks.findings import Finding, Result
from understudy.testing.checks.links import is_own, path_of, shown
from understudy.testing.checks.other_hosts import unreachable

# To ask for a login is no fault, nor to limit how much one visitor may ask for.
_REFUSED = {401, 403, 429}
_IMPACTS = {"serious", "critical"}
# A page may have hundreds of elements with the same fault.
_ELEMENTS = 3


def status(crawl: Crawl) -> Result:
    """The pages where the crawl starts answer, and no page shows an error."""
    found, unjudged = [], []
    for path in crawl.starts:
        answer = crawl.answers.get(urljoin(crawl.base, path)) or Answer("", failure="was not asked")
        subject = answer.failure or f"answers {answer.status}"
        text = answer.failure or answer.said
        if answer.failure or answer.status >= 500:
            found.append(Finding(path, subject, text))
        elif answer.status >= 400 and path in crawl.demanded and answer.status not in _REFUSED:
            found.append(Finding(path, subject, f"{text}, and deploy.yml names this page"))
        elif answer.status >= 400:
            unjudged.append(f"{path} {text}")
    for page in crawl.pages:
        if page.failure or (page.status >= 400 and page.status not in _REFUSED):
            text = page.failure or f"answers {page.status}"
            found.append(Finding(page.path, text, f"in the browser: {text}"))
    looked_at = ", ".join(f"{path} {_outcome(crawl, path)}" for path in crawl.starts)
    return Result(tuple(found), looked_at, ", ".join(unjudged), len(unjudged) < len(crawl.starts))


def _outcome(crawl: Crawl, path: str) -> str:
    answer = crawl.answers.get(urljoin(crawl.base, path))
    if answer is None or answer.failure:
        return answer.failure if answer else "was not asked"
    return f"answers {answer.status} {answer.content_type}".rstrip() + (
        f" at {shown(answer.url, crawl.base)}"
        if answer.url.rstrip("/") != urljoin(crawl.base, path).rstrip("/")
        else ""
    )


def documents(crawl: Crawl) -> list[Page]:
    """The pages that are HTML documents and no errors."""
    return [page for page in crawl.pages if page.is_document and page.status < 400]


def no_documents(crawl: Crawl) -> Result:
    """For checks of pages, if there is none."""
    where = ", ".join(f"{path} {_outcome(crawl, path)}" for path in crawl.starts)
    kind = " (text or a fragment, no HTML document)" if crawl.pages else ""
    why = f"no page to check: {where}{kind}. verify.pages in deploy.yml may name pages"
    return Result(unjudged=why, is_judged=False)


def each_page(
    crawl: Crawl, look: Callable[[Page], Iterator[Finding]], *, whole: bool = False
) -> Result:
    """What `look` finds on each page. whole: leave out those that lack something of another host."""
    pages = documents(crawl)
    if not pages:
        return no_documents(crawl)
    lacking = {page.path: hosts for page in pages if (hosts := unreachable(page, crawl.base))}
    judged = [page for page in pages if not (whole and page.path in lacking)]
    found = tuple(finding for page in judged for finding in look(page))
    unjudged = "; ".join(
        f"{path} is not as visitors get it: this machine could not reach {', '.join(hosts)}"
        for path, hosts in lacking.items()
        if whole
    )
    return Result(found, _looked_at(judged, crawl), unjudged, bool(judged))


def _looked_at(pages: list[Page], crawl: Crawl) -> str:
    count = number_of(len(pages), "page")
    return "; ".join([f"{count}: {', '.join(page.path for page in pages)}", *crawl.left_out])


def title(crawl: Crawl) -> Result:
    def look(page: Page) -> Iterator[Finding]:
        if not page.title.strip():
            yield Finding(page.path, "title", "has no title")

    return each_page(crawl, look)


def language(crawl: Crawl) -> Result:
    def look(page: Page) -> Iterator[Finding]:
        if not page.language.strip():
            yield Finding(page.path, "language", 'names no language, as by <html lang="en">')

    return each_page(crawl, look)


def accessibility(crawl: Crawl) -> Result:
    def look(page: Page) -> Iterator[Finding]:
        for violation in page.violations:
            if violation.impact in _IMPACTS:
                yield Finding(page.path, violation.rule, _broken_rule(violation))

    result = each_page(crawl, look, whole=True)
    failed = [f"{page.path}: {page.axe_failure}" for page in crawl.pages if page.axe_failure]
    unjudged = "; ".join(filter(None, [result.unjudged, *failed]))
    is_judged = result.is_judged and len(failed) < len(documents(crawl))
    return Result(result.findings, result.looked_at, unjudged, is_judged)


def _broken_rule(violation: Violation) -> str:
    shown_elements = [
        f"\n    {element.selector}: {element.problem}" for element in violation.elements[:_ELEMENTS]
    ]
    more = len(violation.elements) - _ELEMENTS
    return (
        f"{violation.help} ({violation.rule}, {violation.impact})"
        + "".join(shown_elements)
        + (f"\n    and {number_of(more, 'more element')}" if more > 0 else "")
    )


def weight(crawl: Crawl, budget: Budget) -> Result:
    def look(page: Page) -> Iterator[Finding]:
        kilobytes = page.size / 1000
        if kilobytes > budget.kilobytes:
            heaviest = sorted(
                (one for one in page.resources if is_own(one.url, crawl.base)),
                key=lambda one: -one.size,
            )
            most = ", ".join(f"{path_of(one.url)} {one.size / 1000:.0f} kB" for one in heaviest[:3])
            text = f"weighs {kilobytes:.0f} kB, and the budget is {budget.kilobytes} kB"
            yield Finding(page.path, "weight", f"{text}; most of it: {most}" if most else text)

    return each_page(crawl, look)


def time(crawl: Crawl, budget: Budget) -> Result:
    def look(page: Page) -> Iterator[Finding]:
        limit = f"the budget is {budget.seconds:g} s"
        if page.seconds is None:
            waits = ", ".join(shown(url, crawl.base) for url in page.waiting[:3])
            text = f"was not loaded in time, and {limit}" + (
                f"; it waits for {waits}" * bool(waits)
            )
            yield Finding(page.path, "time", text)
        elif page.seconds > budget.seconds:
            yield Finding(page.path, "time", f"was loaded after {page.seconds:.1f} s, and {limit}")

    return each_page(crawl, look, whole=True)
