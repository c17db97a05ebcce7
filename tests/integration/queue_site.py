"""A shop with a queue of tasks and a scheduler, what its workers have noted, and when the scheduler ran."""

import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.integration.staging import Answer, Staging, make_app

APPS = Path(__file__).parent / "queue_apps"
# On the host. Both are written by the app's user.
NOTES, BEATS = "/srv/shop/shared/database/notes.txt", "/srv/shop/shared/database/beats.txt"
COUNT = re.compile(r"tasks: (\d+) enqueued, (\d+) done once, (\d+) twice, (\d+) lost")


@dataclass(frozen=True)
class Counted:
    """Tasks of one or more runs."""

    enqueued: int = 0
    once: int = 0
    twice: int = 0
    lost: int = 0

    @classmethod
    def of(cls, text: str) -> "Counted":
        """The sum of all counts in the output of a deploy or a rehearsal."""
        found = [tuple(map(int, match)) for match in COUNT.findall(text)]
        assert found, f"no tasks were counted in:\n{text}"
        return cls(*map(sum, zip(*found, strict=True)))

    @property
    def is_right(self) -> bool:
        return self.enqueued == self.once > 0 == self.twice == self.lost


@dataclass(frozen=True)
class Beat:
    """release, process: of the scheduler. at: seconds since the epoch."""

    release: str
    process: int
    at: float


@dataclass(frozen=True)
class QueueSite:
    staging: Staging

    def deploy(self, *words: str) -> Answer:
        return self.staging.deploy_py("deploy", *words)

    def deploying(self) -> tuple[str, ...]:
        """The words of a deploy under load that is to be killed."""
        return (
            sys.executable,
            "deploy.py",
            "deploy",
            "--probe",
            "--config",
            str(self.staging.config),
        )

    def all_tasks(self) -> Counted:
        """Of the whole life of a database_site(): what its queue has, against what was noted."""
        query = (
            "select json_extract(args_kwargs, '$.args[0]') from django_tasks_database_dbtaskresult"
        )
        database = "/srv/shop/shared/database/db.sqlite3"
        enqueued = set(self.staging.host(f'sqlite3 {database} "{query}"').text.split())
        noted = Counter(
            line.split()[0] for line in self.staging.host(f"cat {NOTES}").text.splitlines()
        )
        times = [noted[mark] for mark in enqueued]
        twice = sum(time > 1 for time in times)
        return Counted(len(enqueued), times.count(1), twice, times.count(0))

    def wait_for_login(self) -> None:
        """After a boot."""
        deadline = time.monotonic() + 120
        while self.staging.host("true").code != 0:
            assert time.monotonic() < deadline, "the host does not come back"
            time.sleep(1)

    def change(self, text: str) -> None:
        """A new version of the app."""
        (self.staging.repository / "version.txt").write_text(text)
        self.staging.commit(text)

    def beats(self) -> list[Beat]:
        lines = self.staging.host(f"cat {BEATS}").text.splitlines()
        words = (line.split() for line in lines if re.fullmatch(r"\S+ \d+ [\d.]+", line))
        return [Beat(release, int(process), float(at)) for release, process, at in words]

    def units(self) -> list[str]:
        """The units of workers and schedulers that are active now."""
        listed = "systemctl list-units --plain --no-legend --state=active 'shop-*@*.service'"
        return [
            line.split()[0] for line in self.staging.host(listed).text.splitlines() if "@" in line
        ]


def database_site(
    directory: Path, more: Callable[[dict[str, Any]], None] = lambda settings: None
) -> QueueSite:
    """Tasks in the app's own database, by django-tasks. more: changes of deploy.yml."""

    def change(settings: dict[str, Any]) -> None:
        python = ["python", "manage.py"]
        _shop(settings, preset="django", module="shop.wsgi:application", release_commands=[])
        settings["app"]["environment"]["DATABASE"] = "{database}/db.sqlite3"
        settings["app"] |= {"static_url": None, "media_url": None}
        settings["processes"] = {
            "worker": {
                "command": [*python, "db_worker", "--interval", "0.1"],
                "count": 2,
                "stop_timeout": 30,
            },
            "beat": {"command": ["python", "beat.py"], "single": True, "ready": 1},
        }
        enqueue = [*python, "enqueue_marks"]
        settings["verify"] = {"tasks": {"enqueue": enqueue, "done": ["cat", NOTES], "wait": 30}}
        more(settings)

    return QueueSite(make_app(APPS / "database", directory, change))


def site_of_several_hosts(directory: Path, name: str) -> QueueSite:
    """As database_site(), on PostgreSQL: two web hosts, and one with the workers and the database. name: of
    the staging VM, which has a machine for each.
    """
    addresses = ("192.0.2.7", "192.0.2.8", "192.0.2.6")
    roles = (["web"], ["web"], ["worker", "database"])
    hosts = [
        {"address": address, "roles": own} for address, own in zip(addresses, roles, strict=True)
    ]

    def share(settings: dict[str, Any]) -> None:
        settings["app"]["database"] = "postgresql"
        settings["app"]["environment"]["DATABASE"] = "postgresql"
        settings["vm"] |= {"name": name, "topology": "production", "memory": 768}
        settings["targets"]["production"].pop("address")
        settings["targets"]["production"]["hosts"] = hosts

    site = database_site(directory, share)
    site.staging.require("psycopg[binary]", python="3.11")
    site.staging.commit("PostgreSQL")
    return site


def redis_site(directory: Path, kind: str) -> QueueSite:
    """Tasks in Redis, by Celery or RQ, with Celery's or RQ's own worker."""
    celery = ["celery", "-A", "shop", "worker", "-c", "1", "-Q", "celery"]
    # rq's option needs the URL, which is in the environment only.
    rq = ["sh", "-c", 'exec rq worker --url "$REDIS_URL" rq']

    def change(settings: dict[str, Any]) -> None:
        _shop(settings, preset="plain", module="shop:application")
        settings["app"]["environment"]["REDIS_URL"] = "{redis_url}"
        settings["services"] = [{"redis": {"for": "queue"}}]
        command = celery if kind == "celery" else rq
        settings["processes"] = {"worker": {"command": command, "count": 2, "stop_timeout": 30}}
        enqueue = ["python", "enqueue.py", kind]
        settings["verify"] = {"tasks": {"enqueue": enqueue, "done": ["cat", NOTES], "wait": 30}}

    return QueueSite(make_app(APPS / "redis", directory, change))


def longest_gap(beats: list[Beat]) -> float:
    """Seconds between two beats that follow each other."""
    return max((later.at - earlier.at for earlier, later in pairwise(beats)), default=0)


def overlaps(beats: list[Beat]) -> int:
    """How often a scheduler continued after the next one had begun."""
    return sum(
        earlier.process != later.process and any(one.process == earlier.process for one in rest)
        for earlier, later, rest in (
            (beats[place], beats[place + 1], beats[place + 2 :]) for place in range(len(beats) - 1)
        )
    )


def _shop(settings: dict[str, Any], **app: Any) -> None:
    kept = {name: settings["app"][name] for name in ("source",)}
    environment = {
        "ALLOWED_HOSTS": "{domain}",
        "RELEASE": "{release}",
        "NOTES": NOTES,
        "BEATS": BEATS,
    }
    settings["app"] = {**kept, "name": "shop", "environment": environment, **app}
    settings["secrets"] = {"SECRET_KEY": {"generate": 50}}
    settings.pop("data", None)
    for name, target in settings["targets"].items():
        target["domain"] = "shop.test" if name == "vagrant" else "shop.example.com"
