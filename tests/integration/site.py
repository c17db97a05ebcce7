"""The site on the staging VM, seen by a visitor, and its data, seen by its owner."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.staging import Answer, Staging, run

# For tests of promises that hold for either database; they take an `any_site`.
both_engines = pytest.mark.parametrize(
    "any_site", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)


def lost_none(answer: Answer) -> int:
    """The number of requests during a deploy under traffic, none of which was lost."""
    assert answer.code == 0
    found = re.search(r"(\d+) requests, 0 lost", answer.text)
    assert found
    return int(found.group(1))


@dataclass(frozen=True)
class Site:
    """The example app, deployed to a VM from a repository of its own. address: if it's not the staging VM's."""

    staging: Staging
    name: str = "todo"
    address: str = ""
    scheme: str = "http"
    postgresql: bool = False

    @property
    def root(self) -> str:
        return f"/srv/{self.name}"

    def deploy(self, *words: str) -> Answer:
        return self.staging.deploy_py("deploy", *words)

    def commit(self, file: str, pattern: str, replacement: str) -> None:
        self.staging.replace(file, pattern, replacement)
        self.staging.commit(f"changed {file}")

    def get(self, path: str = "/") -> Answer:
        return self.curl(f"{self.scheme}://{self.name}.test{path}", "--fail")

    def curl(self, url: str, *words: str | Path) -> Answer:
        """Asks from here: the name leads to the VM, and who signed a certificate doesn't matter."""
        there = ("--connect-to", f"::{self.address or self.staging.address}:", "--insecure")
        return run("curl", "-sS", "-m", "60", *there, *words, url)

    def title(self) -> str:
        """The title of the page, which shows the version of the live code."""
        found = re.search(r"<title>([^<]*)</title>", self.get().text)
        assert found, "no title: the site does not serve"
        return found.group(1).strip()

    def retitle(self, title: str) -> None:
        """A new version of the code, with another title."""
        self.commit(
            "lists/templates/lists/base.html", r"<title>[^<]*</title>", f"<title>{title}</title>"
        )

    def stylesheet(self) -> str:
        """The hashed path of the page's stylesheet."""
        found = re.search(r'href="(/static/[^"]+\.css)"', self.get().text)
        assert found
        return found.group(1)

    def has_a_release_before(self) -> bool:
        """Whether there is one that a rollback goes to."""
        return self.staging.host(f"test -e {self.root}/previous").code == 0

    def current(self) -> str:
        return self.staging.host(f"basename $(readlink {self.root}/current)").text.strip()

    def add_list(self, title: str) -> None:
        insert = f"insert into lists_list (title, created) values ('{title}', '2026-01-01')"
        assert self.sql(insert).code == 0

    def has_list(self, title: str) -> bool:
        return (
            self.sql(f"select count(*) from lists_list where title = '{title}'").text.strip() == "1"
        )

    def sql(self, statement: str) -> Answer:
        program = f"sqlite3 {self.root}/shared/database/db.sqlite3"
        if self.postgresql:
            program = f"psql -XqAt -v ON_ERROR_STOP=1 -d {self.name} -c"
        return self.staging.host(f'cd /; sudo -u {self.name} {program} "{statement}"')

    def is_sound(self) -> bool:
        """Whether the database can be read to its end."""
        if self.postgresql:
            dump = f"cd /; sudo -u {self.name} pg_dump {self.name} >/dev/null"
            return self.staging.host(dump).code == 0
        return self.sql("PRAGMA integrity_check").text.strip() == "ok"

    def migration(self, name: str, text: str, model: str = "") -> None:
        """Commits a migration, and the fields of the list's model that go with it."""
        (self.staging.repository / "lists" / "migrations" / f"{name}.py").write_text(text)
        created = "    created = models.DateTimeField(auto_now_add=True)\n"
        if model:
            pattern = re.escape(created) + r"(    note = .*\n)?"
            self.staging.replace("lists/models.py", pattern, (created + model).replace("\\", r"\\"))
        self.staging.commit(name)
