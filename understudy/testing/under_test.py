"""What is under test: a target of the project that pytest runs in, by the options of the command line."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from understudy.errors import ConfigError, UnderstudyError, Unreachable
from understudy.paths import Project, find_project

if TYPE_CHECKING:
    # They take long to import, and most runs of pytest have no test that needs them.
    from understudy.config.model import Config
    from understudy.config.target import TargetConfig
    from understudy.testing.browser import Browser
    from understudy.testing.grid import Grid
    from understudy.testing.site import Site


CHECKS = Path(__file__).parent / "checks"


class UnderTest:
    """Of one run of pytest. Each part is read when it is first needed."""

    def __init__(self, config: pytest.Config) -> None:
        self._option = config.getoption
        self._start = config.invocation_params.dir

    @cached_property
    def project(self) -> Project | None:
        """That of the deploy.yml in the folder in which pytest runs, or above; None if there is none."""
        named = self._option("--deploy-config")
        found = find_project(self._start, named)
        return found if named or found.config_file.is_file() else None

    @cached_property
    def folders(self) -> frozenset[Path]:
        """Those whose tests are about a site: the project's, and the checks of every site."""
        found = self.project
        own = (found.directory / "functional_tests", *found.host_tests) if found else ()
        return frozenset(folder.resolve() for folder in (*own, CHECKS))

    @cached_property
    def config(self) -> "Config":
        """Raises ConfigError if there is no deploy.yml, or if it is wrong."""
        from understudy.vm import address

        if self.project is None:
            raise ConfigError(
                f"there is no deploy.yml in {self._start} or above",
                hint="Run pytest in the project's folder, or name the file with --deploy-config.",
            )
        return address.load(self.project)

    @cached_property
    def site(self) -> "Site":
        """Raises as testing/site.py, Unreachable if the host's name has no IP address or there is no way to
        the VM, ConfigError if its password is not known.
        """
        import os
        import socket

        from understudy.testing import login
        from understudy.testing.site import site_of
        from understudy.vm import reached
        from understudy.vm.address import TARGET

        site = site_of(self.config, self._option("--target"), self._option("--host"))
        if self.project and site.target == TARGET:
            reached.ensure(self.project, self.config)
        try:
            socket.getaddrinfo(site.address, None)
        except socket.gaierror as error:
            raise Unreachable(f"{site.address} has no IP address: {error.strerror}") from error
        target = self.config.target(site.target)
        return replace(site, login=login.find(target, site.target, os.environ))

    @cached_property
    def grid(self) -> "Grid | None":
        """That which has the browsers; None for this machine. Raises ConfigError."""
        import os

        from understudy.testing import grid

        return grid.find(self.config.browser, os.environ)

    def start_browser(self) -> "Browser":
        """On the Grid or this machine. Raises as `site` and `grid`; Unreachable if there is none."""
        from understudy.testing import browser, grid_session

        return (
            grid_session.start(self.grid, self.site)
            if self.grid
            else browser.start_browser(self.site)
        )

    def has_role(self, names: Sequence[str]) -> bool:
        """Whether the site's host has one of these roles. Raises pytest.UsageError for a name that is none."""
        from understudy.config import topology

        for name in set(names) - {*topology.ROLES}:
            known = ", ".join(topology.ROLES)
            raise pytest.UsageError(f"pytest.mark.role: {name!r} must be one of {known}")
        try:
            return not {*names}.isdisjoint(self.target.roles)
        except UnderstudyError:
            # The test says so, if it needs the host.
            return True

    @cached_property
    def app_host(self) -> "TargetConfig":
        """As `target`; for a host without a release, such as a proxy, the first one that has it."""
        if {"web", "worker"}.isdisjoint(self.target.roles):
            return self.config.hosts(self.site.target)[0]
        return self.target

    @cached_property
    def app_hosts(self) -> "Sequence[TargetConfig]":
        """All with a release that share the site's data, whichever is visited; else `target`."""
        return self.config.hosts(self.site.target) if self.target.host_list else (self.target,)

    @cached_property
    def target(self) -> "TargetConfig":
        """The settings of the site's one host."""
        return self.config.one_host(self.site.target, self.site.address)
