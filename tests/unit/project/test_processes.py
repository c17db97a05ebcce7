"""Processes and timers of deploy.yml that follow from the files of a repository."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.project.apps import by_environment, config_of, decided, django, environment, tree
from understudy.project import deploy_yml
from understudy.project.files import is_read
from understudy.project.values import Deployment, Found

CELERY = "from celery import Celery\napp = Celery('shop')\n"
CELERY_LOCK = 'name = "celery"\nversion = "5.5.0"\n\n[[package]]\n'
FLASK = {"app.py": "app = Flask(__name__)\n"}


def with_celery(files: Mapping[str, str], more: str = "") -> dict[str, str]:
    lock = files["uv.lock"].replace("[[package]]\n", f"[[package]]\n{CELERY_LOCK}", 1)
    return {**files, "uv.lock": lock, "shop/celery.py": CELERY + more}


def sure(found: Mapping[str, Found]) -> dict[str, Any]:
    return {name: one.value for name, one in found.items() if one.is_sure}


def doubtful(found: Mapping[str, Found]) -> dict[str, str]:
    return {name: one.why for name, one in found.items() if not one.is_sure}


def test_procfile_names_the_processes() -> None:
    lines = (
        "web: gunicorn shop.wsgi",
        "release: python manage.py migrate && python manage.py load_tariffs",
        "worker: celery -A shop worker -l info",
        "clock: python clock.py",
        "mailer: python manage.py send_mail --forever",
        "css: npm run watch",
        "odd: cd other && ./start",
    )
    found = decided({**with_celery(django()), "Procfile": "\n".join(lines)})

    assert sure(found.processes) == {
        "worker": {"command": "celery -A shop worker -l info", "stop_timeout": 300},
        "clock": {"command": "python clock.py", "single": True},
        "mailer": {"command": "python manage.py send_mail --forever"},
    }
    assert found.processes["worker"].why == "Procfile:3"
    assert doubtful(found.processes) == {
        "css": "Procfile:6: nginx leads visitors to the web process only",
        "odd": "Procfile:7: the line is one for a shell",
    }
    assert [note for note in found.notes if "load_tariffs" in note] == [
        "Procfile:2: `python manage.py load_tariffs` belongs under app.release_commands"
    ]


def test_celery_is_found_in_the_code_with_its_queues() -> None:
    settings = by_environment(
        'CELERY_TASK_ROUTES = {"a": {"queue": "mail"}}\nCELERY_BROKER_URL = os.environ["REDIS_URL"]\n'
    )
    tasks = "@shared_task(queue='slow')\ndef run():\n    pass\n"
    found = decided({**with_celery(django(settings)), "shop/tasks.py": tasks})

    assert sure(found.processes) == {
        "worker": {
            "command": "celery -A shop worker -l info -Q celery,mail,slow",
            "stop_timeout": 300,
        }
    }
    assert found.processes["worker"].why == "shop/celery.py:2"
    assert found.services["redis"].value == {"for": "queue"}


@pytest.mark.parametrize(
    ("more", "settings"),
    [
        ("", 'CELERY_BEAT_SCHEDULE = {"a": {}}\n'),
        ("app.conf.beat_schedule = {}\n", ""),
        ("app.conf.update(beat_schedule={})\n", ""),
        ("def setup(sender):\n    sender.add_periodic_task(10, run.s())\n", ""),
    ],
)
def test_schedule_of_celery_needs_one_scheduler_whose_state_is_kept(
    more: str, settings: str
) -> None:
    """Celery would keep it in the working directory, which the app can't write; backups take *.db."""
    found = decided(with_celery(django(by_environment(settings)), more))

    assert sure(found.processes)["beat"] == {
        "command": "celery -A shop beat -l info "
        "--schedule=/srv/shop-site/shared/database/.celerybeat-schedule",
        "single": True,
    }


def test_scheduler_of_a_procfile_keeps_its_state_in_the_database_if_the_app_does() -> None:
    files = with_celery(django(by_environment('INSTALLED_APPS += ["django_celery_beat"]\n')))
    found = decided({**files, "Procfile": "beat: celery -A shop beat\n"})

    assert sure(found.processes)["beat"]["command"] == (
        "celery -A shop beat --scheduler=django_celery_beat.schedulers:DatabaseScheduler"
    )
    assert decided(files).processes["beat"].why.startswith("shop/settings.py:")
    given = by_environment('CELERY_BEAT_SCHEDULER = "x:Y"\n')
    found = decided({**with_celery(django(given)), "Procfile": "beat: celery -A shop beat\n"})
    assert sure(found.processes)["beat"]["command"] == "celery -A shop beat"


def test_worker_that_is_a_scheduler_as_well_runs_once() -> None:
    found = decided({**with_celery(django()), "Procfile": "worker: celery -A shop worker -B\n"})

    assert sure(found.processes)["worker"]["single"] is True


def test_app_whose_tasks_run_in_the_web_process_needs_no_worker() -> None:
    settings = by_environment("CELERY_TASK_ALWAYS_EAGER = True\n")

    assert decided(with_celery(django(settings))).processes == {}


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        ('os.getenv("EAGER", "True") == "True"', "False"),
        ('os.environ.get("EAGER", "1") not in ("0", "no")', "0"),
        ('os.getenv("EAGER", "False") == "True"', None),
        ("DEBUG", None),
    ],
)
def test_tasks_that_run_at_once_by_default_go_to_the_worker(reading: str, text: str | None) -> None:
    settings = by_environment(f"CELERY_TASK_ALWAYS_EAGER = {reading}\n")

    found = decided(with_celery(django(settings)))

    assert "worker" in found.processes
    assert environment(found).get("EAGER") == text


def test_two_applications_of_celery_are_only_proposed() -> None:
    files = {**with_celery(django()), "other/celery.py": CELERY}

    assert sure(decided(files).processes) == {}
    assert "2 applications" in doubtful(decided(files).processes)["worker"]


@pytest.mark.parametrize(
    ("settings", "command", "more"),
    [
        (
            'INSTALLED_APPS += ["django_rq"]\nRQ_QUEUES = {"default": {}, "low": {}}\n',
            "python manage.py rqworker default low",
            {"stop_timeout": 300},
        ),
        (
            'INSTALLED_APPS += ["django_tasks", "django_tasks.backends.database"]\n',
            "python manage.py db_worker",
            {"stop_timeout": 300},
        ),
        (
            'INSTALLED_APPS += ["django_tasks_db"]\nTASKS = {"default": {"QUEUES": ["a", "b"]}}\n',
            "python manage.py db_worker --queue-name '*'",
            {"stop_timeout": 300},
        ),
        (
            'INSTALLED_APPS += ["huey.contrib.djhuey"]\n',
            "python manage.py run_huey",
            {"stop_signal": "INT", "stop_timeout": 300},
        ),
        (
            'INSTALLED_APPS += ["django_q"]\n',
            "python manage.py qcluster",
            {"stop_timeout": 300},
        ),
        (
            'INSTALLED_APPS += ["procrastinate.contrib.django"]\n',
            "python manage.py procrastinate worker",
            {"stop_timeout": 300},
        ),
        (
            'INSTALLED_APPS += ["django_dramatiq"]\n',
            "python manage.py rundramatiq",
            {"stop_timeout": 600},
        ),
    ],
)
def test_apps_of_django_need_their_workers(
    settings: str, command: str, more: dict[str, Any]
) -> None:
    found = decided(django(by_environment(settings)))

    assert sure(found.processes) == {"worker": {"command": command, **more}}
    assert found.processes["worker"].why.startswith("shop/settings.py:")


def test_huey_with_periodic_tasks_runs_once() -> None:
    settings = by_environment('INSTALLED_APPS += ["huey.contrib.djhuey"]\n')
    tasks = "@db_periodic_task(crontab(minute='0'))\ndef run():\n    pass\n"
    found = decided({**django(settings), "shop/tasks.py": tasks})

    assert sure(found.processes)["worker"]["single"] is True


@pytest.mark.parametrize(
    ("package", "code", "command"),
    [
        (
            "rq",
            "from rq import Queue\nqueue = Queue('mail', connection=x)\n",
            "rq worker mail",
        ),
        ("huey", "from huey import SqliteHuey\nhuey = SqliteHuey()\n", "huey_consumer jobs.huey"),
        (
            "procrastinate",
            "import procrastinate\napp = procrastinate.App(connector=x)\n",
            "procrastinate --app=jobs.app worker",
        ),
        ("dramatiq", "@dramatiq.actor\ndef run(): pass\n", "dramatiq jobs"),
        ("celery", "jobs = Celery('x')\n", "celery -A jobs worker -l info"),
    ],
)
def test_other_apps_need_their_workers(package: str, code: str, command: str) -> None:
    files = {**FLASK, "requirements.txt": f"flask==3.1\n{package}==5.0\n", "jobs.py": code}
    found = decided(files)

    assert sure(found.processes)["worker"]["command"] == command
    assert ("RQ_REDIS_URL" in found.environment) == (package == "rq")
    assert ("redis" in found.services) == (package == "rq")


def test_worker_of_the_procfile_counts_and_not_that_of_the_code() -> None:
    files = {**with_celery(django()), "Procfile": "tasks: celery -A shop worker -c 2\n"}

    assert list(decided(files).processes) == ["tasks"]


def test_crontab_becomes_timers() -> None:
    crontab = (
        "MAILTO=a@example.com\n"
        "10 3 * * * cd /srv/app && venv/bin/python manage.py clear_sessions >/dev/null 2>&1\n"
        "*/5 * * * * python backend/fetch.py\n"
        "0 0 1 * 1 python manage.py report\n"
        "0 4 * * 0 python backend/fetch.py\n"
        "@reboot python manage.py hello\n"
        "0 1 * * * python manage.py dump > /tmp/$(date +\\%F)\n"
    )
    found = decided({**django(), "deploy/crontab": crontab})

    assert sure(found.timers) == {
        "clear-sessions": {
            "command": "python manage.py clear_sessions",
            "calendar": "*-*-* 03:10",
        },
        "fetch": {"command": "python backend/fetch.py", "calendar": "*-*-* *:0/5"},
        "fetch-2": {"command": "python backend/fetch.py", "calendar": "Sun *-*-* 04:00"},
    }
    assert doubtful(found.timers) == {
        "report": "deploy/crontab:4: systemd has no time like it",
        "dump": "deploy/crontab:7: it has a % sign",
    }


def test_user_in_a_file_of_cron_d_is_no_part_of_the_command() -> None:
    found = decided({**django(), "etc/cron.d/shop": "0 3 * * * www python manage.py prune\n"})

    assert sure(found.timers)["prune"]["command"] == "python manage.py prune"


def test_jobs_of_django_crontab_become_timers() -> None:
    settings = by_environment(
        'CRONJOBS = [("*/5 * * * *", "shop.cron.fetch"), ("0 4 * * *", '
        '"django.core.management.call_command", ["clearsessions"]), ("0 5 * * *", "shop.cron.mail", [1])]\n'
    )
    found = decided(django(settings))

    assert sure(found.timers) == {
        "fetch": {
            "command": "python manage.py shell -c 'from shop.cron import fetch; fetch()'",
            "calendar": "*-*-* *:0/5",
        },
        "clearsessions": {
            "command": "python manage.py clearsessions",
            "calendar": "*-*-* 04:00",
        },
    }
    assert "arguments" in doubtful(found.timers)["mail"]


def test_units_become_processes_and_timers() -> None:
    files = {
        "deploy/shop-web.service": "[Service]\nExecStart=/srv/venv/bin/gunicorn shop.wsgi\n",
        "deploy/queue.service": (
            "[Service]\nExecStart=/srv/venv/bin/python manage.py \\\n  qcluster\nKillSignal=SIGINT\n"
            "TimeoutStopSec=5min\n"
        ),
        "deploy/prune.service": "[Service]\nType=oneshot\nExecStart=/srv/manage.py prune\n",
        "deploy/prune.timer": "[Timer]\nOnCalendar=Mon *-*-* 03:10\nRandomizedDelaySec=5m\n",
        "deploy/multi.service": "[Service]\nType=forking\nExecStart=/x/bin/celery multi start w\n",
    }
    found = decided({**django(), **files})

    assert sure(found.processes) == {
        "queue": {"command": "python manage.py qcluster", "stop_signal": "INT", "stop_timeout": 300}
    }
    assert sure(found.timers) == {
        "prune": {
            "command": "python manage.py prune",
            "calendar": "Mon *-*-* 03:10",
            "jitter": 300,
        }
    }
    assert "Type=forking" in doubtful(found.processes)["multi"]


def test_compose_file_only_proposes() -> None:
    compose = """\
services:
  web: {build: ., command: gunicorn shop.wsgi}
  cache:
    image: redis:7-alpine
  db: {image: postgres:16}
  tasks:
    build: .
    command: celery -A shop worker -l debug
"""
    found = decided({**django(), "docker-compose.yml": compose})

    assert doubtful(found.processes) == {"tasks": "docker-compose.yml:8: as a container runs it"}
    assert doubtful(found.services) == {
        "redis": "docker-compose.yml:4: no variable of the app has its URL"
    }
    text = deploy_yml.text(found)
    assert "\n# processes:  #" in text
    assert '\n#   tasks: {command: "celery -A shop worker -l debug"' in text
    assert config_of(found).processes == {}


def test_scheduler_inside_of_the_web_process_is_named() -> None:
    files = {**FLASK, "jobs.py": "scheduler = BackgroundScheduler()\n"}
    [note] = [note for note in decided(files).notes if "scheduler" in note]

    assert note.startswith("jobs.py:1: ")


def test_guess_that_deploy_yml_would_refuse_is_a_comment() -> None:
    unit = "[Service]\nExecStart=/usr/bin/python x.py\nKillSignal=SIGKILL\n"
    found = decided({**django(), "Procfile": "web2: python y.py\n", "x.service": unit})

    assert doubtful(found.processes) == {"x": "x.service:2: deploy.yml would refuse it"}
    assert list(config_of(found).processes) == ["web2"]


def test_files_of_other_tools_are_read() -> None:
    names = ("crontab", "a.cron", "a.service", "a.timer", "Procfile", "compose.yaml")
    assert all(map(is_read, names))
    assert "crontab" in tree({"crontab": ""}).texts


def test_deploy_yml_has_each_with_its_place() -> None:
    found = decided({**django(), "Procfile": "worker: celery -A shop worker\n"})
    text = deploy_yml.text(found)

    line = '  worker: {command: "celery -A shop worker", stop_timeout: 300}  # Procfile:1'
    assert f"\nprocesses:  # beside the web process, in each release\n{line}\n" in text
    assert config_of(found).processes["worker"].stop_timeout == 300
    assert isinstance(found, Deployment)
