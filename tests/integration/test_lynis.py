"""How Lynis rates a host that is provisioned and has a release."""

import pytest

from tests.integration.lynis import audit
from tests.integration.site import Site

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

# docs/security.md has what is missed, and why. Twelve of the kernel's keys are not a container's own.
LEAST, LEAST_IN_A_CONTAINER = 75, 73


def test_hardening_index_is_at_least_75(site: Site) -> None:
    in_a_container = site.staging.host("systemd-detect-virt --container").code == 0
    found = audit(*site.staging.ssh())
    print(f"{found.index:.2f} of 100; missed:\n{found.missed}")
    assert found.index >= (LEAST_IN_A_CONTAINER if in_a_container else LEAST)
