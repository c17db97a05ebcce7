"""A variable that names a service refers to what the host knows; the rest of its value stays as it is."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import settings
from tests.unit.release.rendering import all_files
from understudy.config.model import Config

NASTY = '$HOME `id` "q" \\ it\'s '
REDIS = "redis://:secret@127.0.0.1:6400/0"


def config(variables: dict[str, str], services: Any) -> Config:
    app = {"environment": variables}
    return Config.model_validate({**settings(app=app), "services": services})


def run_on_host(made: Config, tmp_path: Path, here: str, secrets: str = "") -> dict[str, str]:
    """The variables of a command that the release's `run` starts."""
    root = tmp_path / "srv" / "shop"
    (root / "shared").mkdir(parents=True)
    (root / "shared" / "services").write_text(here)
    (root / "shared" / "env").write_text(secrets)
    release = root / "releases" / "r1"
    (release / "source").mkdir(parents=True)
    files = all_files(made)
    for name in ("environment", "run"):
        (release / name).write_text(files[name].replace("/srv/shop", str(root)))
    done = subprocess.run(
        ["sh", str(release / "run"), "env", "-0"],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(pair.split("=", 1) for pair in done.stdout.split("\0") if pair)


def test_value_has_the_url_that_the_host_made_and_nothing_else_is_expanded(tmp_path: Path) -> None:
    made = config({"CACHE": f"{NASTY}{{redis_url}} {{domain}}", "PLAIN": NASTY}, ["redis"])

    found = run_on_host(made, tmp_path, f'UNDERSTUDY_REDIS_URL="{REDIS}"\n')

    assert found["CACHE"] == f"{NASTY}{REDIS} shop.test"
    assert found["PLAIN"] == NASTY


def test_value_of_a_service_elsewhere_is_the_secret(tmp_path: Path) -> None:
    services = {"redis": {"url_from": "BROKER"}}
    made = config({"CELERY_BROKER_URL": "{redis_url}?x=1"}, services)

    found = run_on_host(made, tmp_path, "", 'BROKER="rediss://:p\\$w@redis.test"\n')

    assert found["CELERY_BROKER_URL"] == "rediss://:p$w@redis.test?x=1"


def test_secret_of_the_same_name_wins(tmp_path: Path) -> None:
    made = config({"CACHE": "{redis_url}"}, ["redis"])

    found = run_on_host(made, tmp_path, f'UNDERSTUDY_REDIS_URL="{REDIS}"\n', 'CACHE="other"\n')

    assert found["CACHE"] == "other"


def test_command_without_the_url_ends_with_what_to_do(tmp_path: Path) -> None:
    made = config({"CACHE": "{redis_url}"}, ["redis"])

    with pytest.raises(
        AssertionError, match="UNDERSTUDY_REDIS_URL: is not set: provision this host"
    ):
        run_on_host(made, tmp_path, "")


def test_site_without_services_reads_no_file_of_them() -> None:
    files = all_files(config({"A": "b"}, []))

    assert "shared/services" not in files["run"]
    assert files["run"].count("shared/env") == 1
    assert 'A="b"\n' in files["environment"]


def test_units_start_after_the_services_but_do_not_wait_for_rabbitmq() -> None:
    made = Config.model_validate(
        {
            **settings(app={"database": "postgresql"}),
            "services": ["redis", "rabbitmq", {"valkey": {"url_from": "URL"}}],
            "processes": {"worker": {"command": "celery"}},
            "timers": {"prune": {"command": "prune", "calendar": "daily"}},
        }
    )

    files = all_files(made)

    after = "After=network.target postgresql.service understudy-redis@shop.service\n"
    names = ("shop@.service", "shop-worker@.service", "shop-prune.service")
    assert all(after in files[name] for name in names)
