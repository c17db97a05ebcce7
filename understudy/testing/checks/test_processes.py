"""What runs of a site besides the web process is the live release's, all of it."""

import shlex

import pytest
from testinfra.host import Host

from understudy.commands import restarts, units
from understudy.config.model import Config
from understudy.host import facts, facts_query
from understudy.testing.checks import processes


def test_processes(host: Host, settings: Config) -> None:
    if not settings.processes:
        pytest.skip("deploy.yml has no processes")
    patterns = tuple(unit for name in settings.processes for unit in units.of(settings, name))
    with host.sudo():
        observed = facts.parse(host.run(shlex.join(facts_query.query(settings.app.name))).stdout)
        counted = restarts.parse(host.run(shlex.join(restarts.ask(patterns))).stdout)
    if wrong := list(processes.wrong(observed, counted)):
        hint = "`python deploy.py logs -p NAME` shows why a process ended; a deploy starts what is missing."
        pytest.fail("\n".join([*wrong, hint]), pytrace=False)
