"""A site on this machine that has off-host backups, by the programs that provisioning installs."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tests.programs.backup_site import program, sql
from tests.programs.root_programs import installed, moved
from tests.unit.fakes import settings
from understudy.commands import off_host
from understudy.config.model import Config
from understudy.release.layout import Paths

PROGRAM = "/usr/local/lib/understudy/off-host"
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class OffHostSite:
    """root: of its host's file system."""

    root: Path
    name: str = "shop"

    def path(self, name: str) -> Path:
        return self.root / name.lstrip("/")

    @property
    def shared(self) -> Path:
        return self.path(f"/srv/{self.name}/shared")

    @property
    def database(self) -> Path:
        return self.shared / "database/shop.sqlite3"

    @property
    def state(self) -> Path:
        return self.path(f"/var/lib/understudy/{self.name}/off-host")

    def make(self, place: str, password: str = PASSWORD) -> None:
        """A host that is provisioned for backups to that place."""
        for part in ("database", "media/photos", "backups"):
            (self.shared / part).mkdir(parents=True)
        self.state.mkdir(parents=True)
        self.give("RESTIC_PASSWORD", password)
        text = moved(installed()[PROGRAM].text, self.root)
        installed()[PROGRAM].write(self.path(PROGRAM), text)
        config = Config.model_validate(
            {**settings(app={"name": self.name}), "backups": {"to": place}}
        )
        paths = Paths(PurePosixPath(self.path(f"/srv/{self.name}")))
        data = off_host.program(config.app, paths)
        program(self.path(PROGRAM).parent, f"off-host-data-{self.name}", data)
        self.point_at(config)
        # A host's programs run as other users.
        take = 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"'
        program(self.root / "bin", "runuser", take)

    def point_at(self, config: Config) -> None:
        backups = config.backups
        assert backups
        name = config.backups_of(config.target("staging"))
        kept = {
            "name": name,
            "repository": backups.repository(name),
            # Not that of the place: it is on the disk of the site here.
            "directory": "",
            "ssh": backups.ssh,
            "keep": backups.keep.words(),
        }
        file = self.path(f"/etc/understudy/{self.name}.off-host")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(kept))

    def setting(self, **changed: str) -> None:
        file = self.path(f"/etc/understudy/{self.name}.off-host")
        file.write_text(json.dumps({**json.loads(file.read_text()), **changed}))

    def give(self, name: str, value: str) -> None:
        (self.state / name).write_text(f"{value}\n")

    def fill(self, *rows: int) -> None:
        sql(self.database, "CREATE TABLE IF NOT EXISTS item (x)")
        for row in rows:
            sql(self.database, f"INSERT INTO item VALUES ({row})")
        (self.shared / "media/photos/a b.jpg").write_bytes(os.urandom(50_000))

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        env = {"PATH": f"{self.root / 'bin'}:{os.environ['PATH']}"}
        argv = [str(self.path(PROGRAM)), self.name, *words]
        return subprocess.run(argv, capture_output=True, text=True, env=env, cwd="/")

    def done(self, *words: str) -> str:
        answer = self.run(*words)
        assert (answer.returncode, answer.stderr) == (0, "")
        return answer.stdout

    def failed(self, *words: str) -> str:
        answer = self.run(*words)
        assert answer.returncode == 1, answer
        assert "Traceback" not in answer.stderr
        return answer.stderr

    def back_up(self) -> str:
        """The name of the backup."""
        return self.done("run").splitlines()[-1].split("\t")[1]

    def keygen(self) -> "subprocess.CompletedProcess[str]":
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.state / "key")]
        return subprocess.run(argv, capture_output=True, text=True)
