"""What status prints, from the host's facts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509

from tests.unit.certificates import pem
from tests.unit.fakes import OK, failed, manifest, printed
from tests.unit.staging import Staging, changes, lines_of
from understudy.config import topology
from understudy.deploy import rollback
from understudy.errors import Refused
from understudy.host import all_hosts, status
from understudy.host.provisioning import of_project
from understudy.host.site_status import ONE_FOR_ALL, Status
from understudy.job import Job
from understudy.ssh.connection import Result


@pytest.mark.parametrize(
    ("lost", "printed_text"),
    [
        (None, ", running"),
        ("unit\tshop", "NOT RUNNING"),
        ("unit\tnginx", "NOT RUNNING"),
        ("current\t", "no release is live yet"),
    ],
)
def test_status_shows_the_live_release_and_whether_it_runs(
    lost: str | None, printed_text: str, staging: Staging
) -> None:
    release = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")
    lines = staging.facts(*lines_of(release, current=release.id)).output.splitlines()
    output = "\n".join(line for line in lines if not (lost and line.startswith(lost)))
    host = staging.host(printed(output))

    found = status.status(staging.job())

    assert printed_text in "\n".join(staging.report.said)
    assert (printed_text == ", running") == (not found.problems)
    assert changes(host) == []
    assert len(host.notes) == 2, "one query, and closed"


def test_host_of_workers_alone_needs_no_web_process(staging: Staging) -> None:
    hosts = [
        {"address": "192.0.2.1", "roles": ["web", "database"]},
        {"address": "192.0.2.2", "roles": ["worker"]},
    ]
    job = staging.job(app={"database": "postgresql", "media_url": None}, hosts=hosts)
    release = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")
    for chosen in all_hosts.jobs(job):
        stamp = of_project(job.project, chosen.config, chosen.target).stamp
        facts = staging.facts(
            *lines_of(release, current=release.id), "now\tdatabase\tok", stamp=stamp
        )
        lines = [line for line in facts.output.splitlines() if not line.startswith("unit\t")]
        staging.host(printed("\n".join(lines)))

        found = status.status(chosen)

        assert found.problems == ((f"{release.id} is NOT RUNNING",) if chosen.target.is_web else ())


def test_target_without_roles_shows_none(staging: Staging) -> None:
    staging.host()

    found = status.status(staging.job())

    assert found.site.roles == topology.ALL == ONE_FOR_ALL
    assert staging.report.said[0].startswith("staging (192.0.2.7, ): ")


HAPROXY = "line\t/etc/haproxy/shop.cfg\tdefaults"


def test_host_without_the_site_needs_no_release_and_shows_its_roles(staging: Staging) -> None:
    hosts = [
        {"address": "192.0.2.1", "roles": ["web"]},
        {"address": "192.0.2.2", "roles": ["database"]},
        {"address": "192.0.2.3", "roles": ["proxy"]},
    ]
    job = staging.job(app={"database": "postgresql", "media_url": None}, hosts=hosts)
    shown = {}
    for chosen in all_hosts.machines(job):
        stamp = of_project(job.project, chosen.config, chosen.target).stamp
        state = (HAPROXY,) if "proxy" in chosen.target.roles else ("now\tdatabase\tok",)
        staging.host(staging.facts(*state, stamp=stamp), **{"haproxy-admin": printed("")})
        found = status.status(chosen)
        shown[found.site.roles] = found.problems
        said = staging.report.said_of[str(chosen.address)]
        assert said[0].startswith(f"staging ({chosen.address}, {chosen.target.roles[0]}, ")
        assert ("  no backup" in said) == ("web" in found.site.roles)

    assert shown == {("web",): ("no release is live",), ("database",): (), ("proxy",): ()}


@pytest.mark.parametrize(
    ("stamp", "warning"),
    [
        ("another", "the provisioning of staging (192.0.2.7) is out of date"),
        ("", "the last provisioning of staging (192.0.2.7) has failed or was ended"),
    ],
)
@pytest.mark.parametrize("verb", [status.status, rollback.releases])
def test_what_is_live_is_shown_although_provisioning_is_out_of_date_or_has_failed(
    verb: Callable[[Job], None], stamp: str, warning: str, staging: Staging
) -> None:
    release = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")
    staging.host(staging.facts(*lines_of(release, current=release.id), stamp=stamp))

    verb(staging.job())

    assert release.id in "\n".join(staging.report.said)
    assert staging.report.warnings[0].startswith(warning)


def test_host_that_was_never_provisioned_has_no_status(staging: Staging) -> None:
    staging.host(staging.facts(stamp=""))

    with pytest.raises(Refused, match="is not provisioned"):
        status.status(staging.job())


LIVE = "/etc/ssl/understudy/shop/live/fullchain.pem"


@pytest.mark.parametrize(
    ("target", "certificate", "lines"),
    [
        ({"https": "auto"}, True, ["  certificate of shop.test ends in", "  certbot's timer ran"]),
        ({"https": "auto"}, False, ["  NO CERTIFICATE"]),
        ({}, False, []),
    ],
)
def test_status_shows_when_the_certificate_ends_and_whether_it_is_renewed(
    target: dict[str, Any], certificate: bool, lines: list[str], staging: Staging
) -> None:
    release = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")
    found = [f"line\t{LIVE}\t{line}" for line in pem("shop.test").splitlines()]
    of_host = [
        f"certificate\t{LIVE}",
        "today\t2024-02-01",
        "renewal_ran\t1706745600",
        "unit\tcertbot.timer",
        *found,
    ]
    known = lines_of(release, current=release.id)
    staging.host(staging.facts(*known, *(of_host if certificate else [])), s_client=OK)

    status.status(staging.job(**target))

    shown = staging.report.said[3:-1]
    assert [
        line for line, start in zip(shown, lines, strict=True) if line.startswith(start)
    ] == shown


def test_status_shows_when_a_self_signed_certificate_from_files_ends(staging: Staging) -> None:
    release, chain = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00"), "/etc/ssl/shop.pem"
    text = pem("shop.test", issuer="shop.test")
    found = [f"line\t{chain}\t{line}" for line in text.splitlines()]
    of_host = [f"certificate\t{chain}", "today\t2024-02-01", *found]
    staging.host(staging.facts(*lines_of(release, current=release.id), *of_host), s_client=OK)

    status.status(staging.job(certificate={"chain": chain, "key": "/etc/ssl/shop.key"}))

    assert staging.report.said[3:-1] == [
        "  certificate of shop.test, self-signed, valid until 2024-03-01"
    ]


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ("serial={file}\n1709290800\n", ""),
        (
            "serial=0A0B\n1709290800\n",
            "NOT SERVED: the certificate's file was renewed on 2024-03-01 11:00 UTC, nginx serves the old "
            "one: systemctl reload nginx",
        ),
        (
            "serial=0A0B\n",
            "NOT SERVED: the certificate's file was renewed, nginx serves the old one: systemctl reload "
            "nginx",
        ),
        ("1709290800\n", ""),
        ("", ""),
    ],
)
@pytest.mark.parametrize("of_issuer", [True, False])
def test_certificate_that_nginx_was_not_reloaded_for_is_shown(
    answer: str, line: str, of_issuer: bool, staging: Staging
) -> None:
    chain = LIVE if of_issuer else "/etc/ssl/shop.pem"
    files = {"certificate": {"chain": chain, "key": "/etc/ssl/shop.key"}}
    text = pem("shop.test")
    serial = x509.load_pem_x509_certificate(text.encode()).serial_number
    release = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")
    of_host = [f"certificate\t{chain}", "today\t2024-02-01"]
    of_host += [f"line\t{chain}\t{one}" for one in text.splitlines()]
    known = staging.facts(*lines_of(release, current=release.id), *of_host)
    staging.host(known, s_client=printed(answer.format(file=f"{serial:X}")))

    found = status.status(staging.job(**({"https": "auto"} if of_issuer else files)))

    assert (line in found.problems) == bool(line)
    assert ("NOT SERVED" in "".join(staging.report.said)) == bool(line)


class TestProblems:
    """Of one host, with the numbers that change by themselves."""

    def look(
        self, staging: Staging, *lines: str, app: dict[str, Any] | None = None, **answers: Any
    ) -> Status:
        release = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")
        staging.host(staging.facts(*lines_of(release, current=release.id), *lines), **answers)
        return status.status(staging.job(app))

    @pytest.mark.parametrize(
        ("lines", "problems"),
        [
            ([], ()),
            (["now\tdisk\t/\tf1\t1000\t100\t100\t4096"], ()),
            (["now\tdisk\t/\tf1\t1000\t99\t99\t4096"], ("disk / is 91 % full",)),
            (["now\toff_host\tnone\t0\t"], ()),
            (["now\toff_host\tsuccess 0 1706745600 0\t4000000000\t"], ()),
            (
                ["now\toff_host\tsuccess 0 1706000000 0\t1706700000\t"],
                ("the off-host backup is OVERDUE",),
            ),
            (
                ["now\toff_host\texit-code 1 1706745600 1706745600\t4000000000\t"],
                ("the off-host backup FAILED (exit-code 1)",),
            ),
            (
                [
                    "timer\tId=prune.timer",
                    "timer\tActiveState=active",
                    "timer\tNextElapseUSecRealtime=",
                    "timer\t",
                    "timer\tId=prune.service",
                    "timer\tActiveState=inactive",
                    "line\t/srv/shop/current/timers\tprune",
                    "line\t/var/lib/understudy-timers/shop/prune\texit-code 3 1706745600 1706745600",
                ],
                (
                    "timer prune: no next time, last run FAILED 2024-02-01 00:00 UTC: exit code 3; "
                    "`python deploy.py logs -p prune --target staging` shows why",
                ),
            ),
        ],
    )
    def test_are_what_needs_a_person(
        self, lines: list[str], problems: tuple[str, ...], staging: Staging
    ) -> None:
        assert self.look(staging, *lines).problems == problems

    @pytest.mark.parametrize(
        ("count", "last", "line", "problems"),
        [
            (0, "", "worker: running 1 of 1", ()),
            (1, "00:00:55", "worker: running 1 of 1, restarted once, last 5 s ago", ()),
            (
                12,
                "00:00:57",
                "worker: running 1 of 1, KEEPS ENDING: restarted 12 times, last 3 s ago",
                ("worker keeps ending",),
            ),
            (
                12,
                "2024-02-01 23:00:00",
                "worker: running 1 of 1, restarted 12 times, last 1 h ago",
                (),
            ),
        ],
    )
    def test_process_that_ends_every_few_seconds_does_not_pass_as_running(
        self, count: int, last: str, line: str, problems: tuple[str, ...], staging: Staging
    ) -> None:
        last = last if " " in last else f"2024-02-02 {last or '00:00:00'}"
        found = self.look(
            staging,
            "line\t/srv/shop/releases/c0ffee00-old/processes\tworker 1 many 3",
            "process\tworker@c0ffee00-old.service\tactive",
            f"now\tunit\tNRestarts={count}",
            "now\tunit\tId=shop-worker@c0ffee00-old.service",
            f"now\tunit\tActiveEnterTimestamp=Fri {last} UTC",
        )

        assert line in [one.strip() for one in staging.report.said]
        assert found.problems == problems

    def test_service_and_database_that_have_trouble(self, staging: Staging) -> None:
        found = self.look(
            staging,
            "now\tservice\tredis\tcan't connect",
            "now\tdatabase\tquery",
            "now\tdatabase\tERROR 2002: no server",
            app={"database": "mariadb"},
        )

        assert found.problems == ("database: ERROR 2002: no server",)
        assert "database (mariadb): TROUBLE: ERROR 2002: no server" in "\n".join(
            staging.report.said
        )

    def test_database_of_which_the_host_says_nothing(self, staging: Staging) -> None:
        assert self.look(staging, app={"database": "postgresql"}).problems == (
            "database: the host can't say how it is: provision it",
        )


def test_site_that_is_well_is_not_mentioned_if_quiet(staging: Staging) -> None:
    release = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")
    staging.host(staging.facts(*lines_of(release, current=release.id)), staging.facts())

    assert not status.status(staging.job(), quiet=True).problems
    assert staging.report.said == []
    assert status.status(staging.job(), quiet=True).problems == ("no release is live",)
    assert "no release is live yet" in "\n".join(staging.report.said)


@pytest.mark.parametrize(
    ("answer", "services", "well"),
    [
        (printed("10.0.0.1\t0\tUP\n10.0.0.2\t3\tUP 1/2\n"), ["ok", "ok"], True),
        (
            printed("10.0.0.1\t2\tDRAIN\n10.0.0.2\t0\tDOWN\t\n"),
            ["drained, with 2 requests left", "gets no requests: DOWN"],
            False,
        ),
        (printed("10.0.0.1\t0\tDRAIN\tprovision\n"), ["drained by provision"], False),
        # It has died since it was drained, and HAProxy was reloaded.
        (printed("10.0.0.1\t0\tDOWN\tdrain\tann@desk\t\n"), ["gets no requests: DOWN"], False),
        (failed("Traceback\nFileNotFoundError: no socket"), ["does not answer"], False),
    ],
)
def test_proxy_shows_how_it_sees_the_web_hosts(
    answer: Result, services: list[str], well: bool, staging: Staging
) -> None:
    found = proxy_that_sees(answer, staging)

    shown = list(found.now.services.values())
    assert len(shown) == len(services)
    assert all(map(str.startswith, shown, services))
    assert (not found.problems) == well


@pytest.mark.parametrize("https", ["auto", "off"])
def test_proxy_before_the_first_deploy_is_not_set_up_yet_and_in_no_trouble(
    https: str, staging: Staging
) -> None:
    missing = failed("Traceback\nFileNotFoundError: no socket")

    found = proxy_that_sees(missing, staging, has_files=False, https=https)

    shown = "\n".join(staging.report.said)
    certificate = "certificate: not set up yet: the first deploy brings its files"
    haproxy = "HAProxy: not set up yet: the first deploy brings its files"
    assert f"  {haproxy}" in shown
    assert (f"  {certificate}" in shown) == (https == "auto")
    assert not re.search("TROUBLE|FileNotFound|NO CERTIFICATE", shown)
    assert found.problems == (*([certificate] if https == "auto" else []), haproxy)


def test_proxy_that_lost_its_certificate_after_the_first_deploy_says_so(staging: Staging) -> None:
    proxy_that_sees(printed("10.0.0.1\t0\tUP\n"), staging, https="auto")

    assert "  NO CERTIFICATE" in "\n".join(staging.report.said)


def proxy_that_sees(
    answer: Result, staging: Staging, *, has_files: bool = True, https: str = "off"
) -> Status:
    hosts = [
        {"address": "10.0.0.1", "roles": ["web"]},
        {"address": "10.0.0.2", "roles": ["web"]},
        {"address": "10.0.0.3", "roles": ["database"]},
        {"address": "10.0.0.5", "roles": ["proxy"]},
    ]
    app = {"database": "postgresql", "media_url": None}
    job = staging.job(app=app, hosts=hosts, https=https)
    *_, proxy = all_hosts.machines(job)
    stamp = of_project(job.project, proxy.config, proxy.target).stamp
    files = [HAPROXY] if has_files else []
    staging.host(staging.facts(*files, stamp=stamp), **{"haproxy-admin": answer})

    return status.status(proxy)


MARK = "drain\tann@desk\t2024-01-31T23:48:00+00:00"


def test_drain_by_a_user_is_a_notice_and_no_problem(staging: Staging) -> None:
    release = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")
    lines = (*lines_of(release, current=release.id), f"now\tdrained\t{MARK}")
    staging.host(staging.facts(*lines))

    found = status.status(staging.job())

    assert found.problems == ()
    assert found.fields()["drained"]["by"] == "ann@desk"
    assert re.search(
        r"drained by ann@desk, \d+ (min|h|days?) ago; `python deploy.py drain off --host 192\.0\.2\.7",
        "\n".join(staging.report.said),
    )


def test_host_that_a_verb_has_not_put_back_is_a_problem(staging: Staging) -> None:
    release = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")
    lines = (*lines_of(release, current=release.id), "now\tdrained\tprovision")
    staging.host(staging.facts(*lines))

    assert status.status(staging.job()).problems == (
        "drained by provision, which has not put it back",
    )


@pytest.mark.parametrize("seen", ["DRAIN", "DOWN 503"])
def test_proxy_names_who_has_drained_a_web_host(seen: str, staging: Staging) -> None:
    """DOWN 503: HAProxy was reloaded since."""
    answer = printed(f"10.0.0.1\t0\t{seen}\t{MARK}\n10.0.0.2\t0\tUP\t\n")

    found = proxy_that_sees(answer, staging)

    assert found.problems == ()
    assert found.now.services == {"web host 10.0.0.2": "ok"}
    assert found.fields()["drained_hosts"]["10.0.0.1"]["by"] == "ann@desk"
    assert "web host 10.0.0.1: drained by ann@desk, " in "\n".join(staging.report.said)


@pytest.mark.parametrize(
    ("address", "text", "elsewhere"),
    [("10.0.0.1", "no backup", ""), ("10.0.0.2", "backups are on 10.0.0.1", "10.0.0.1")],
)
def test_host_that_makes_no_backups_says_where_they_are(
    address: str, text: str, elsewhere: str, staging: Staging
) -> None:
    hosts = [
        {"address": "10.0.0.1", "roles": ["web", "worker", "database"]},
        {"address": "10.0.0.2", "roles": ["web"]},
    ]
    job = staging.job(app={"database": "postgresql", "media_url": None}, hosts=hosts)
    [chosen] = [one for one in all_hosts.machines(job) if one.target.address == address]
    stamp = of_project(job.project, chosen.config, chosen.target).stamp
    staging.host(staging.facts(stamp=stamp))

    assert status.status(chosen).site.backups_on == elsewhere
    assert f"  {text}" in staging.report.said
