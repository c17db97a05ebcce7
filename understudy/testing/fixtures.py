"""The fixtures. In the folders of a project's tests they are Understudy's, whatever other plugins are there;
elsewhere another plugin's fixture of the same name comes first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal

import pytest

from understudy.errors import UnderstudyError
from understudy.testing import workers
from understudy.testing.under_test import UnderTest

if TYPE_CHECKING:
    # They take long to import, and most runs of pytest have no test that needs them.
    from testinfra.host import Host

    from understudy.testing.browser import Browser
    from understudy.testing.manage import Manage
    from understudy.testing.outbox import Outbox, Reader
    from understudy.testing.site import Site

UNDER_TEST = pytest.StashKey[UnderTest]()
STARTED = pytest.StashKey["Browser | None"]()


def understudy_site(pytestconfig: pytest.Config) -> "Site":
    """For the other fixtures: a project may have a `site` of its own."""
    try:
        return pytestconfig.stash[UNDER_TEST].site
    except UnderstudyError as error:
        raise _failure(error) from None


def site(understudy_site: "Site") -> "Site":
    """The site under test: url, address, domain, get(path), client()."""
    return understudy_site


def understudy_browser(understudy_site: "Site", pytestconfig: pytest.Config) -> "Iterator[Browser]":
    """The browser of all tests: starting one takes seconds."""
    started = pytestconfig.stash.get(STARTED, None)
    pytestconfig.stash[STARTED] = None
    browser = started or _start_browser(pytestconfig)
    yield browser
    browser.quit()


def browser(understudy_browser: "Browser", request: pytest.FixtureRequest) -> "Browser":
    """Chromium that has never been on the site, which it finds by its name. Selenium drives it."""
    from understudy.testing.browser import forget

    forget(understudy_browser)
    _start_album(understudy_browser, request)
    return understudy_browser


def second_browser(understudy_site: "Site", request: pytest.FixtureRequest) -> "Iterator[Browser]":
    """A second browser, which shares nothing with the first."""
    browser = _start_browser(request.config)
    _start_album(browser, request, ".second_browser")
    yield browser
    browser.quit()


def manage(understudy_site: "Site", pytestconfig: pytest.Config) -> "Iterator[Manage]":
    """Django's manage.py in the live release: manage("createsuperuser --noinput"). Behind a proxy on a host
    with the app.
    """
    from understudy.testing.manage import connected

    under_test = pytestconfig.stash[UNDER_TEST]
    with ExitStack() as open_here:
        try:
            manage = open_here.enter_context(connected(under_test.config, under_test.app_host))
        except UnderstudyError as error:
            raise _failure(error) from None
        yield manage


def host(understudy_site: "Site", pytestconfig: pytest.Config) -> "Host":
    """testinfra's view of the site's host, as the admin of deploy.yml."""
    from understudy.testing.host import connect

    return connect(pytestconfig.stash[UNDER_TEST].target)


def understudy_mails(
    understudy_site: "Site", pytestconfig: pytest.Config
) -> "Iterator[Sequence[Reader]]":
    """For `outbox`: a connection to each host that mails, for all tests."""
    from understudy.testing.outbox import connected

    under_test = pytestconfig.stash[UNDER_TEST]
    with ExitStack() as open_here:
        try:
            readers = open_here.enter_context(
                connected(under_test.config, under_test.app_hosts, understudy_site.target)
            )
        except UnderstudyError as error:
            raise _failure(error) from None
        yield readers


def outbox(understudy_mails: "Sequence[Reader]", pytestconfig: pytest.Config) -> "Outbox":
    """The mails that the site has sent since the test began: wait_for(to=…, subject=…), clear()."""
    from understudy.testing.outbox import Outbox

    try:
        return Outbox(understudy_mails, shared=workers.is_worker(pytestconfig))
    except UnderstudyError as error:
        raise _failure(error) from None


def _start_browser(config: pytest.Config) -> "Browser":
    try:
        return config.stash[UNDER_TEST].start_browser()
    except UnderstudyError as error:
        raise _failure(error) from None


def _start_album(browser: "Browser", request: pytest.FixtureRequest, end: str = "") -> None:
    from understudy.testing.kept import start_album

    masks = request.config.stash[UNDER_TEST].config.verify.masks
    try:
        start_album(browser, request.node, masks, end)
    except UnderstudyError as error:
        raise _failure(error) from None


def _failure(error: UnderstudyError) -> BaseException:
    """Of the test, without a traceback: it is no fault of the test."""
    return pytest.fail.Exception(str(error), pytrace=False)


Fixture = Callable[..., Any]
SCOPES: Mapping[Fixture, Literal["session", "function"]] = {
    understudy_site: "session",
    site: "session",
    understudy_browser: "session",
    browser: "function",
    second_browser: "function",
    host: "session",
    manage: "session",
    understudy_mails: "session",
    outbox: "function",
}


def add_where_free(session: pytest.Session) -> None:
    """Adds those to the whole run whose names no other plugin has."""
    # pytest has no public question for it.
    known = session._fixturemanager.getfixturedefs
    _add([one for one in SCOPES if not known(one.__name__, session)], session)


def add_to_own_folder(folder: pytest.Directory, under_test: UnderTest) -> None:
    """Adds all to the folder, if it is one of those that hold tests of a site. Its conftest.py may
    override them.
    """
    if folder.path.resolve() in under_test.folders:
        _add(SCOPES, folder)


def _add(fixtures: Iterable[Fixture], node: pytest.Collector) -> None:
    for one in fixtures:
        pytest.register_fixture(name=one.__name__, func=one, node=node, scope=SCOPES[one])
