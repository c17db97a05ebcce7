"""`run` and `console`: a command of the user in the live release, on a terminal and between pipes."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.site import Site
from tests.integration.staging import PROJECT, begun
from tests.integration.terminal import CTRL_C, CTRL_D, Ended, on_terminal, resize

pytestmark = pytest.mark.timeout(1800)


def deploy_py(site: Site, verb: str, *command: str) -> tuple[str, ...]:
    words = (sys.executable, "deploy.py", verb, "--config", str(site.staging.config))
    return (*words, "--", *command) if command else words


def run(site: Site, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Between pipes."""
    return subprocess.run(
        deploy_py(site, "run", *command),
        cwd=PROJECT,
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
    )


def terminal(site: Site, verb: str, *command_and_keys: object) -> Ended:
    command = [one for one in command_and_keys if isinstance(one, str)]
    keys = [one for one in command_and_keys if isinstance(one, tuple)]
    return on_terminal(deploy_py(site, verb, *command), str(PROJECT), *keys)


def test_between_pipes_only_the_command_reads_and_prints(site: Site) -> None:
    done = run(site, "sh", "-c", "cat; echo problem >&2; exit 7", given="one\ntwo")

    assert (done.returncode, done.stdout, done.stderr) == (7, "one\ntwo", "problem\n")


def test_command_has_what_the_service_has(site: Site) -> None:
    pid = f"$(systemctl show -p MainPID --value todo@{site.current()})"
    service = site.staging.host(f"tr '\\0' '\\n' </proc/{pid}/environ; readlink /proc/{pid}/cwd")

    here = run(site, "sh", "-c", "env; pwd; id -un; umask")

    of_systemd = ("INVOCATION_ID", "JOURNAL_STREAM", "NOTIFY_SOCKET", "SYSTEMD_EXEC_PID", "OLDPWD")
    wanted = {line for line in service.text.splitlines() if not line.startswith(of_systemd)}
    assert wanted - set(here.stdout.splitlines()) == set()
    assert here.stdout.splitlines()[-2:] == ["todo", "0027"]


def test_terminal_has_its_size_and_takes_keys(site: Site) -> None:
    script = "stty size; echo name:; read -r name; echo hello $name; stty size; exit 5"

    def type_and_resize(opened: int) -> None:
        resize(opened, 44, 99)
        time.sleep(0.5)
        os.write(opened, b"ann\n")

    ended = terminal(site, "run", "sh", "-c", script, ("name:", type_and_resize))

    assert ended.code == 5
    assert "33 77\nname:" in ended.text
    assert "hello ann\n44 99" in ended.text


def test_ctrl_c_on_a_terminal_goes_to_the_command(site: Site) -> None:
    script = "trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.1; done"

    assert terminal(site, "run", "sh", "-c", script, ("ready", CTRL_C)).text.endswith("caught\n")
    assert terminal(site, "run", "sh", "-c", "echo ready; sleep 60", ("ready", CTRL_C)).code == 130


def test_ctrl_c_between_pipes_ends_the_command_on_the_host(site: Site) -> None:
    words = deploy_py(site, "run", "sh", "-c", "echo ready; exec sleep 4321")
    with begun(*words) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        assert site.staging.host("pgrep -u todo -f 'sleep 432[1]'").code == 0
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130

    assert site.staging.host("sleep 4; pgrep -u todo -f 'sleep 432[1]'").code == 1


def test_password_is_typed_at_a_prompt(site: Site) -> None:
    """Django asks by getpass, which needs a terminal."""
    ask = "import getpass; print('len', len(getpass.getpass('Password: ')))"

    ended = terminal(site, "run", "python", "-c", ask, ("Password: ", b"hunter2\n"))

    assert "len 7" in ended.text
    assert "hunter2" not in ended.text


def test_console_is_the_apps_shell(site: Site) -> None:
    site.add_list("of the console")
    count = b"from lists.models import List; print('lists', List.objects.count() > 0)\n"

    ended = terminal(site, "console", (">>> ", count), ("lists True", CTRL_D))

    assert ended.code == 0


def test_program_that_is_not_there_is_named(site: Site) -> None:
    done = run(site, "celery", "status")

    assert done.returncode == 127
    assert "celery is no program of the live release or of vagrant." in done.stderr


def test_audit_log_has_who_ran_what_without_secrets(site: Site) -> None:
    run(site, "echo", "--password", "planted-2b7")

    log = site.staging.host("tail -n 2 /var/log/understudy/todo.log").text
    entries = [json.loads(line.split(" ", 2)[2]) for line in log.splitlines()]
    assert [entry["what"] for entry in entries] == ["echo --password ***"] * 2
    assert [entry["outcome"] for entry in entries] == ["begun", "exit code 0"]
    assert "planted-2b7" not in log


def test_nothing_is_run_while_a_deploy_is_at_work(unhurried: Site) -> None:
    site = unhurried
    site.retitle("migrated")
    with ThreadPoolExecutor() as pool:
        deploy = pool.submit(site.deploy)
        while site.staging.host("pgrep -u todo -f commands.p[y]").code and not deploy.done():
            pass
        refused = run(site, "touch", "/srv/todo/shared/media/touched")
        assert deploy.result().code == 0

    assert refused.returncode == 3
    assert "is being changed, maybe its database; nothing was run" in refused.stderr
    assert "(deploy) since 20" in refused.stderr
    assert site.staging.host("test -e /srv/todo/shared/media/touched").code == 1
    assert run(site, "true").returncode == 0
