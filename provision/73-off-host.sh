step programs of backups on another host
# ExecStart= of their unit, run as root. 74-off-host-units.sh
put 0755 /usr/local/lib/understudy/off-host <<'PROGRAM' || true
#!/usr/bin/python3 -I
"""off-host SITE run | list | look | fetch NAME   the site's backups in a repository of restic that is elsewhere

run    makes a backup, sends it, checks the repository, restores the database from there and compares it
list   prints those of the repository: name, bytes, rows, migrations
look   prints how many the repository has, and the name of the newest: 0 if there is no repository yet
fetch  gets one, which becomes a backup of this host, and media that are missing here

/etc/understudy/SITE.off-host has the settings, /var/lib/understudy/SITE/off-host/ what only root may read. The
data of the app come from and go to the program off-host-data, which runs as the app's user, as streams of tar.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

PROGRAMS = Path("/usr/local/lib/understudy")
# What `status` reads: any user may.
RECORDS = Path("/var/lib/understudy-timers")
NAME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[a-z0-9][a-z0-9-]*")
# One part of this many is read in each run, so that all of a repository is read within a fortnight.
PARTS = 14
# Tags of a backup, beside its name.
SIZES = ("bytes", "rows", "migrations")
AWS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
LOGIN = ("RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD")


class Failed(Exception):
    pass


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def step(text: str) -> None:
    say(f"==> {text}")


class Data:
    """What the app's user does for a backup."""

    def __init__(self, site: str) -> None:
        self.words = ["runuser", "-u", site, "--", "sh", str(PROGRAMS / f"off-host-data-{site}")]

    def do(self, verb: str, name: str = "") -> str:
        done = subprocess.run([*self.words, verb, name], capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise Failed(done.stderr.strip() or done.stdout.strip())
        return done.stdout.rstrip("\n")

    def begin(self, verb: str, name: str, errors: IO[bytes], **streams: Any) -> Any:
        return subprocess.Popen([*self.words, verb, name], stderr=errors, cwd="/", **streams)


class Repository:
    """One of restic. state: a directory of root's with its secrets."""

    def __init__(self, settings: dict[str, Any], state: Path) -> None:
        self.settings, self.state = settings, state
        self.name: str = settings["name"]

    def secret(self, name: str) -> str:
        file = self.state / name
        return file.read_text().rstrip("\n") if file.exists() else ""

    @property
    def url(self) -> str:
        """With the login of a REST server, which this version of restic reads nowhere else."""
        url, (user, password) = self.settings["repository"], map(self.secret, LOGIN)
        if url.startswith("rest:") and user:
            login = f"{quote(user, safe='')}:{quote(password, safe='')}@"
            url = re.sub(r"^(rest:https?://)", lambda found: found[1] + login, url)
        return str(url)

    def environment(self) -> dict[str, str]:
        keys = {name: self.secret(f"RESTIC_{name}") for name in AWS}
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.state),
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            "RESTIC_REPOSITORY": self.url,
            "RESTIC_PASSWORD_FILE": str(self.state / "RESTIC_PASSWORD"),
            "RESTIC_CACHE_DIR": str(self.state / "cache"),
            "RESTIC_PROGRESS_FPS": "0.01",
            **{name: value for name, value in keys.items() if value},
        }

    def argv(self, *words: str) -> list[str]:
        return ["restic", *self.options(), *words]

    def options(self) -> list[str]:
        if not self.settings["ssh"]:
            return []
        options = (
            "BatchMode=yes",
            "IdentitiesOnly=yes",
            "ConnectTimeout=30",
            "ServerAliveInterval=30",
            "LogLevel=ERROR",
        )
        first = ("StrictHostKeyChecking=accept-new", f"UserKnownHostsFile={self.state}/known_hosts")
        words = [word for one in (*options, *first) for word in ("-o", one)]
        line = [
            "ssh",
            "-F",
            "none",
            "-i",
            f"{self.state}/key",
            *words,
            *self.settings["ssh"],
            "-s",
            "sftp",
        ]
        return ["-o", f"sftp.command={' '.join(line)}"]

    def run(
        self, *words: str, stdin: Any = subprocess.DEVNULL
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.argv(*words),
            stdin=stdin,
            capture_output=True,
            text=True,
            env=self.environment(),
            cwd="/",
        )

    def do(self, what: str, *words: str, stdin: Any = subprocess.DEVNULL) -> str:
        done = self.run(*words, stdin=stdin)
        if done.returncode:
            raise Failed(f"{what}: {self.why(done.stderr or done.stdout)}")
        return done.stdout

    def why(self, errors: str) -> str:
        """The lines that matter, without a secret, and what to do."""
        advice = self.advice(errors)
        for name in (*LOGIN[1:], "RESTIC_PASSWORD", *(f"RESTIC_{name}" for name in AWS)):
            if value := self.secret(name):
                errors = errors.replace(quote(value, safe=""), "***").replace(value, "***")
        lines = [line for line in errors.strip().splitlines() if line.strip()][-8:]
        return "\n".join((*lines, *advice))

    def advice(self, errors: str) -> tuple[str, ...]:
        if "wrong password or no key found" in errors:
            return (
                "RESTIC_PASSWORD is not the password of this repository: set the one that it was made with",
            )
        if (
            re.search("Permission denied|unable to start the sftp session", errors)
            and self.settings["ssh"]
        ):
            key = (self.state / "key.pub").read_text().strip()
            return (f"The server has to accept this host's key, in its authorized_keys: {key}",)
        return ()

    def is_made(self) -> bool:
        """Whether it was there before."""
        mark = self.state / "made"
        return mark.exists() and mark.read_text().strip() == self.settings["repository"]

    def open(self, *, make: bool) -> bool:
        """Whether it is there. make: makes it once.

        One that was there is not made again: that would hide that all backups are lost.
        """
        if not self.secret("RESTIC_PASSWORD"):
            raise Failed("the host has no secret RESTIC_PASSWORD: `secrets set RESTIC_PASSWORD`")
        place, mark = self.settings["repository"], self.state / "made"
        done = self.run("cat", "config")
        if done.returncode:
            if "unable to open config" not in done.stderr:
                raise Failed(f"{place} can't be opened: {self.why(done.stderr)}")
            if self.is_made():
                gone = f"It was there before. If it shall be made again: rm {mark}"
                raise Failed(f"{place} can't be opened: {self.why(done.stderr)}\n{gone}")
            if not make:
                return False
            step(f"make the repository {place}")
            self.do(f"{place} can't be made", "init")
        mark.write_text(f"{place}\n")
        return True

    def snapshots(self, kind: str) -> list[dict[str, Any]]:
        """The oldest first."""
        words = ("snapshots", "--json", "--host", self.name, "--path", f"/{kind}.tar")
        found = json.loads(self.do("its backups can't be listed", *words)) or []
        return sorted(found, key=lambda one: str(one["time"]))

    def names(self) -> list[str]:
        tags = (tag for one in self.snapshots("database") for tag in one.get("tags") or ())
        return [tag for tag in tags if NAME.fullmatch(tag)]

    def find(self, kind: str, name: str) -> str:
        found = [one["id"] for one in self.snapshots(kind) if name in (one.get("tags") or ())]
        if not found:
            raise Failed(f"the repository has no {kind} of {name}")
        return str(found[-1])

    def send(self, data: Data, kind: str, name: str, *tags: str) -> None:
        """What restic gets through a pipe may have ended too early: such a backup does not stay."""
        when = NAME.sub(r"\1-\2-\3 \4:\5:\6", name)
        words = [
            "backup",
            "--json",
            "--stdin",
            "--stdin-filename",
            f"{kind}.tar",
            "--host",
            self.name,
        ]
        words += ["--time", when, *(word for tag in (name, *tags) for word in ("--tag", tag))]
        with tempfile.TemporaryFile() as errors:
            reader = data.begin(kind, name, errors, stdout=subprocess.PIPE)
            done = self.run(*words, stdin=reader.stdout)
            close(reader)
            reader.wait()
            # One that was ended by the end of restic says nothing.
            if reader.returncode and (why := _text(errors)):
                if not done.returncode:
                    self.run("forget", self.find(kind, name))
                raise Failed(f"the {kind} could not be read: {why}")
            if done.returncode or reader.returncode:
                raise Failed(f"the {kind} could not be sent: {self.why(done.stderr)}")

    def give(self, data: Data, kind: str, name: str, verb: str) -> None:
        """Streams it to that verb of the app's user."""
        words = self.argv("dump", self.find(kind, name), f"/{kind}.tar")
        with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as other:
            source = subprocess.Popen(
                words, stdout=subprocess.PIPE, stderr=errors, env=self.environment(), cwd="/"
            )
            taker = data.begin(verb, name, other, stdin=source.stdout)
            close(source)
            if taker.wait() | source.wait():
                why = "\n".join(filter(None, (self.why(_text(errors)), _text(other))))
                raise Failed(f"the {kind} of {name} can't be restored from the repository: {why}")


def close(source: Any) -> None:
    """In this process: then it notices if the other end has closed it."""
    source.stdout.close()


def _text(errors: IO[bytes]) -> str:
    errors.seek(0)
    return errors.read().decode(errors="replace").strip()


def main(site: str, verb: str, name: str = "") -> None:
    settings = json.loads(Path(f"/etc/understudy/{site}.off-host").read_text())
    repository = Repository(settings, Path(f"/var/lib/understudy/{site}/off-host"))
    data = Data(site)
    refuse_own_disk(settings["directory"], site)
    if verb == "run":
        repository.open(make=True)
        run(site, repository, data)
        record(site, repository.names())
        return
    is_there = repository.open(make=False)
    names = repository.names() if is_there else []
    record(site, names)
    if verb == "look":
        say(f"found\t{len(names)}\t{''.join(names[-1:])}")
    elif not is_there:
        raise Failed(f"{settings['repository']} can't be opened: there is no repository")
    elif verb == "list":
        show(repository)
    else:
        step("get the database")
        repository.give(data, "database", name, "take")
        step("get media that are missing")
        repository.give(data, "media", name, "take-media")


def run(site: str, repository: Repository, data: Data) -> None:
    name = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + f"-{live_release(site)}"
    # Of runs that were killed.
    repository.run("unlock")
    try:
        step("copy the database, and try the copy")
        sizes = data.do("make", name).split("\t")
        step("send media and database")
        repository.send(data, "media", name)
        tags = [f"{key}={value}" for key, value in zip(SIZES, sizes, strict=True)]
        repository.send(data, "database", name, *tags)
        step("check the repository")
        part = f"{int(time.time() / 86400) % PARTS + 1}/{PARTS}"
        repository.do("the repository is damaged", "check", f"--read-data-subset={part}")
        step("restore the database from there, and compare")
        repository.give(data, "database", name, "try")
    finally:
        data.do("drop")
    step("remove old ones")
    words = ("forget", "--prune", "--host", repository.name, "--group-by", "host,paths")
    repository.do("old backups could not be removed", *words, *repository.settings["keep"])
    say("\t".join(("backup", name, *sizes)))


def record(site: str, names: list[str]) -> None:
    """How many there are and the newest one's name, which `status` shows on a new host, too."""
    file = RECORDS / site / ".off-host-found"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{len(names)} {''.join(names[-1:])}\n")
    for path, mode in ((file, 0o644), (file.parent, 0o755), (RECORDS, 0o755)):
        path.chmod(mode)


def show(repository: Repository) -> None:
    for one in repository.snapshots("database"):
        tags = one.get("tags") or []
        values = dict(tag.split("=", 1) for tag in tags if "=" in tag)
        for name in filter(NAME.fullmatch, tags):
            say("\t".join((name, *(values.get(key, "") for key in SIZES))))


def live_release(site: str) -> str:
    """The deployer's link: its name goes into commands."""
    link = Path(f"/srv/{site}/current")
    name = link.readlink().name if link.is_symlink() else ""
    return name if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", name) else "none"


def refuse_own_disk(directory: str, site: str) -> None:
    """A disk that is not mounted leaves its directory on the disk of the site."""
    if not directory:
        return
    place = Path(directory)
    if not place.is_dir():
        raise Failed(f"there is no directory {directory} on this host")
    if place.stat().st_dev == Path(f"/srv/{site}/shared").stat().st_dev:
        raise Failed(f"{directory} is on the same disk as the site: is the other one mounted?")


if __name__ == "__main__":
    os.umask(0o077)
    try:
        main(*sys.argv[1:])
    except Failed as failed:
        sys.exit(f"off-host: {failed}")
PROGRAM
