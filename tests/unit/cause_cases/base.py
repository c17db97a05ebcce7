"""A rule's words, with facts in which its cause is true and facts in which it isn't."""

from dataclasses import dataclass
from typing import Any

from tests.unit.diagnoses import host
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Evidence
from understudy.release.commit_facts import CommitFacts, LockFacts

SOURCE = "/srv/todo/releases/1a2b3c4d-5e6f7a8b/source"
PACKAGES = "/srv/todo/venvs/0a1b2c3d4e5f/lib/python3.11/site-packages"
SETTINGS: dict[str, Any] = {
    "module": "todo.wsgi:application",
    "release_commands": [["python", "manage.py", "collectstatic", "--noinput", "-v0"]],
    "migrate_commands": [["python", "manage.py", "migrate", "--noinput"]],
    "health_path": "/health",
    "check_paths": ["/"],
    "upload_limit": "10m",
    "request_timeout": 30,
    "start_timeout": 60,
    "memory_max": None,
    "workers": 2,
    "database": "sqlite",
    "environment": {"DATABASE_URL": "sqlite:///{database}/db.sqlite3", "STATIC_ROOT": "{static}"},
}
LOCK = LockFacts(
    versions={"django": "5.2.1", "gunicorn": "23.0.0"},
    made_from="requirements.in",
    wanted=("django", "gunicorn"),
    modules={"django": ("django",), "gunicorn": ("gunicorn",)},
)


@dataclass(frozen=True)
class Case:
    """words: the evidence. true, false: facts. Without `false`, only what the failing step itself says
    counts, and the same words in the app's log are no cause.
    """

    words: Evidence
    true: KnownFacts
    false: KnownFacts | None = None
    false_words: Evidence | None = None

    @property
    def other_words(self) -> Evidence:
        """Words of the case in which it isn't true: the same, if the facts are others."""
        if self.false_words:
            return self.false_words
        return self.words if self.false else {**self.words, "step": "", "said": self.words["said"]}


def facts(
    texts: dict[str, str] | None = None,
    *,
    answers: tuple[tuple[str, str, str], ...] = (),
    environment: dict[str, str] | None = None,
    lock: LockFacts = LOCK,
    settings: dict[str, Any] | None = None,
    modes: dict[str, str] | None = None,
    processes: dict[str, Any] | None = None,
    **commit: Any,
) -> KnownFacts:
    """Of an app whose commit has these files. modes: of those that are no plain files."""
    own = {"manage.py": "", "todo/wsgi.py": "application = 1\n", **(texts or {})}
    left_out = commit.pop("left_out", ())
    modes = {**dict.fromkeys([*own, *left_out], "100644"), **(modes or {})}
    return KnownFacts(
        commit=CommitFacts(committed=modes, texts=own, **commit),
        lock=lock,
        host=host(*answers),
        settings={
            **SETTINGS,
            "environment": {**SETTINGS["environment"], **(environment or {})},
            **(settings or {}),
        },
        processes=processes or {},
        domains=("todo.test",),
    )


def said(*texts: str) -> Evidence:
    """By the failing step."""
    return dict.fromkeys(("step", "said"), "\n".join(texts))


def raised(error: str, file: str = f"{SOURCE}/lists/views.py", code: str = "work()") -> str:
    return f'Traceback (most recent call last):\n  File "{file}", line 1, in f\n    {code}\n{error}'


def not_started(error: str) -> str:
    python = "/usr/lib/python3.11/subprocess.py"
    return raised(
        f'  File "{python}", line 1901, in _execute_child\n    raise child(errno)\n{error}'
    )


def no_module(name: str) -> Evidence:
    return said(raised(f"ModuleNotFoundError: No module named '{name}'"))


def not_there(path: str) -> Evidence:
    return said(raised(f"FileNotFoundError: [Errno 2] No such file or directory: '{path}'"))


VIEWS = {"lists/__init__.py": "", "lists/views.py": "work()\n"}
HEALTHY = facts(VIEWS)
PLAIN = "def f(): ...\n"


def absent(kind: str, name: str, words: Evidence, answer: str = "no", other: str = "yes") -> Case:
    """True if the host lacks it, false if it's there."""
    return Case(
        words,
        facts(VIEWS, answers=((kind, name, answer),)),
        facts(VIEWS, answers=((kind, name, other),)),
    )


NO_TEMPLATE = said(raised("django.template.exceptions.TemplateDoesNotExist: lists/home.html"))
NO_STATIC = said("ValueError: Missing staticfiles manifest entry for 'lists/a.css'")
