"""When a session of one web host is none at another."""

from understudy.testing.checks.hosts import Ask, Shown, strangers

HOME, ACCOUNT, LOGIN = "https://shop.test/", "https://shop.test/account", "https://shop.test/login"


def host(known: Shown, unknown: Shown) -> Ask:
    """Answers a visitor with the session, and one without."""
    return lambda path, with_session: known if with_session else unknown


LETS_IN = host(Shown(200, ACCOUNT), Shown(200, LOGIN))


def test_hosts_that_share_sessions_are_one_site() -> None:
    assert list(strangers(["/account"], LETS_IN, LETS_IN)) == []


def test_host_that_sends_the_visitor_to_a_login_is_found() -> None:
    sends_away = host(Shown(200, LOGIN), Shown(200, LOGIN))

    assert list(strangers(["/account"], LETS_IN, sends_away)) == [
        "/account: 200 at /account, and 200 at /login there"
    ]


def test_host_that_forgets_the_session_is_found() -> None:
    own = host(Shown(200, HOME), Shown(200, HOME))
    forgets = host(Shown(200, HOME, renewed=True), Shown(200, HOME))

    assert list(strangers(["/"], own, forgets)) == [
        "/: 200 at /, and the session is forgotten there"
    ]


def test_session_that_each_request_renews_is_none() -> None:
    renews = host(Shown(200, HOME, renewed=True), Shown(200, HOME))

    assert list(strangers(["/"], renews, renews)) == []


def test_page_that_fails_at_the_other_host_for_all_is_another_fault() -> None:
    fails = host(Shown(500, ACCOUNT), Shown(500, ACCOUNT))

    assert list(strangers(["/account"], LETS_IN, fails)) == []
