"""All checks: what each finds in a crawl, and what to do about it. Pure."""

from collections.abc import Mapping

from understudy.config.app import App
from understudy.config.verify import Budget
from understudy.testing.checks import edge_checks, loading_checks, page_checks
from understudy.testing.checks.edge import Edge
from understudy.testing.checks.evidence import Crawl
from understudy.testing.checks.findings import Result

ADVICE: Mapping[str, str] = {
    "status": "Open the page and read the app's log: `python deploy.py logs`.",
    "console": "Open the page in a browser and read the console of its developer tools.",
    "requests": "Deploy what is missing, or remove what asks for it.",
    "mixed-content": "Load it over https:, or from the site itself.",
    "static": "app.static_url and app.static_expires in deploy.yml have nginx serve the files, and for "
    "how long browsers keep them. A template of your own may have changed that.",
    "links": "Correct the link, or remove it.",
    "accessibility": "Each rule is explained at https://dequeuniversity.com/rules/axe/ by its name.",
    "weight": "Make images smaller and remove what the page doesn't need; or raise "
    "verify.budget.kilobytes in deploy.yml.",
    "time": "Find what is slow: `python deploy.py logs` has the time of each request in nginx's log; or "
    "raise verify.budget.seconds in deploy.yml.",
    "title": "Give the page a <title> that says what it is: tabs, bookmarks and search results show it.",
    "language": "Name the language of the page's text: screen readers and translations choose by it.",
    "redirects": "nginx redirects by the site's file, which each deploy installs: a template of your own, or "
    "a program in front of the host, may have changed that. If there is no answer: are the ports 80 and 443 "
    "open?",
    "other-names": "`python deploy.py provision` gives nginx a server for names that no site has. Does another "
    "file in /etc/nginx have one with default_server, or a server for any name?",
    "certificate": "`python deploy.py status` shows the host's certificate, and why a renewal failed.",
    "hsts": "nginx sends it by `hsts` of the target in deploy.yml where the app sends none. A template of your "
    "own, or a program in front of the host, may have changed that.",
    "cookies": "For Django: SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE = True on targets with HTTPS, by the "
    "environment; for Flask SESSION_COOKIE_SECURE.",
}


def judge(crawl: Crawl, edge: Edge, app: App, budget: Budget) -> dict[str, Result]:
    """The results by the names of the checks."""
    return {
        "status": page_checks.status(crawl),
        "console": loading_checks.console(crawl),
        "requests": loading_checks.requests(crawl),
        "mixed-content": loading_checks.mixed_content(crawl),
        "static": loading_checks.static(crawl, app),
        "links": loading_checks.links(crawl),
        "accessibility": page_checks.accessibility(crawl),
        "weight": page_checks.weight(crawl, budget),
        "time": page_checks.time(crawl, budget),
        "title": page_checks.title(crawl),
        "language": page_checks.language(crawl),
        "redirects": edge_checks.redirects(edge),
        "other-names": edge_checks.other_names(edge),
        "certificate": edge_checks.certificate(edge),
        "hsts": edge_checks.hsts(crawl, edge),
        "cookies": edge_checks.cookies(crawl, edge),
    }
