"""The site on the staging VM as a visitor and its data as its owner see them."""

import re
from dataclasses import dataclass

from tests.integration.conftest import Answer, Staging, run

ADDRESS = "192.168.56.10"
DATABASE = "/srv/todo/shared/database/db.sqlite3"


@dataclass(frozen=True)
class Site:
    """The example app, deployed to the VM from a repository of its own."""

    staging: Staging

    def deploy(self, *words: str) -> Answer:
        return self.staging.deploy_py("deploy", *words)

    def commit(self, file: str, pattern: str, replacement: str) -> None:
        self.staging.replace(file, pattern, replacement)
        self.staging.commit(f"changed {file}")

    def get(self, path: str = "/") -> Answer:
        return run("curl", "-sS", "--fail", "-H", "Host: todo.test", f"http://{ADDRESS}{path}")

    def title(self) -> str:
        """What the page calls itself: it tells the version of the code that serves."""
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

    def current(self) -> str:
        return self.staging.host("basename $(readlink /srv/todo/current)").text.strip()

    def add_list(self, title: str) -> None:
        insert = f"insert into lists_list (title, created) values ('{title}', '2026-01-01')"
        assert self.sql(insert).code == 0

    def has_list(self, title: str) -> bool:
        return (
            self.sql(f"select count(*) from lists_list where title = '{title}'").text.strip() == "1"
        )

    def sql(self, statement: str) -> Answer:
        return self.staging.host(f'sudo -u todo sqlite3 {DATABASE} "{statement}"')
