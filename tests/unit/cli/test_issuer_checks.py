"""doctor names what the VM's certificates need, where the VM has any."""

from pathlib import Path

import pytest

from understudy.cli import issuer_checks
from understudy.config.model import Config


def vm(**target: object) -> Config:
    given = {"domain": "shop.test", "admin": "vagrant", "disposable": True, **target}
    app = {"name": "shop", "source": ".", "module": "shop:app", "preset": "plain"}
    return Config.model_validate({"app": app, "targets": {"vagrant": given}})


def test_missing_pebble_is_a_problem_where_the_vm_has_https(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    [found] = issuer_checks.findings(vm(https="auto"))
    assert "pebble" in found.seen
    assert "certutil" in found.seen
    assert found.fix == "python deploy.py doctor --fix"

    for name in ("pebble", "dnsmasq", "certutil"):
        (tmp_path / name).touch(mode=0o755)
    [found] = issuer_checks.findings(vm(https="auto"))
    assert not found.fix


@pytest.mark.parametrize(
    "target", [{}, {"https": "auto", "acme": {"directory": "https://ca.lan/acme"}}]
)
def test_vm_without_a_certificate_of_pebble_needs_none(target: dict[str, object]) -> None:
    assert not list(issuer_checks.findings(vm(**target)))


def test_terms_that_are_not_agreed_to_are_a_problem_of_each_target() -> None:
    config = vm()
    server = {"domain": "shop.test", "admin": "debian", "address": "192.0.2.7", "https": "auto"}
    tree = {**config.model_dump(mode="json", exclude_defaults=True, by_alias=True)}
    tree["targets"] = {"production": server, "own": {**server, "acme": {"terms": True}}}

    [found] = issuer_checks.findings(Config.model_validate(tree))

    assert found.title == "certificates of production"
    assert "needs `acme.terms: true`" in found.seen
    assert "https://letsencrypt.org/repository/" in found.fix
