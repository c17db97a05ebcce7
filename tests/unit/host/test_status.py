"""What status prints, from the host's facts."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509

from tests.unit.certificates import pem
from tests.unit.fakes import OK, manifest, printed
from tests.unit.staging import Staging, changes, lines_of
from understudy.deploy import rollback
from understudy.errors import Refused
from understudy.host import status
from understudy.job import Job


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

    status.status(staging.job())

    assert printed_text in "\n".join(staging.report.said)
    assert changes(host) == []


@pytest.mark.parametrize(
    ("stamp", "warning"),
    [
        ("another", "the provisioning of staging (192.0.2.7) is out of date"),
        ("", "staging (192.0.2.7) is not provisioned"),
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
    of_host = [f"certificate\t{LIVE}", "today\t2024-02-01", "unit\tcertbot.timer", *found]
    known = lines_of(release, current=release.id)
    staging.host(staging.facts(*known, *(of_host if certificate else [])), s_client=OK)

    status.status(staging.job(**target))

    shown = staging.report.said[3:]
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

    assert staging.report.said[3:] == [
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

    status.status(staging.job(**({"https": "auto"} if of_issuer else files)))

    # No line: those are printed again as long as the host's facts are the same, and a reload is none.
    assert staging.report.warnings == [line] * bool(line)
    assert "NOT SERVED" not in "".join(staging.report.said)
