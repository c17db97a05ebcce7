from tests.unit.staging import Staging
from understudy import __version__
from understudy.hooks.event import Event, variables


def test_variables_name_the_deploy() -> None:
    job = Staging().job(addresses=("192.0.2.1", "192.0.2.2"))

    given = variables(
        job.config, "staging", None, Event("after_deploy", "c0ffee", "c0ffee-1", seconds=12.6)
    )

    assert given == {
        "UNDERSTUDY_APP": "shop",
        "UNDERSTUDY_COMMIT": "c0ffee",
        "UNDERSTUDY_ERROR": "",
        "UNDERSTUDY_EVENT": "after_deploy",
        "UNDERSTUDY_HOSTS": "192.0.2.1 192.0.2.2",
        "UNDERSTUDY_RELEASE": "c0ffee-1",
        "UNDERSTUDY_REPORT": "",
        "UNDERSTUDY_SECONDS": "13",
        "UNDERSTUDY_TARGET": "staging",
        "UNDERSTUDY_URL": "http://shop.test",
        "UNDERSTUDY_VERDICT": "",
        "UNDERSTUDY_VERSION": __version__,
    }
