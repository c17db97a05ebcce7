"""The units of a site on a host, as patterns for systemctl and journalctl."""

from understudy.config.model import Config

WEB = "web"


def of_site(config: Config) -> tuple[str, ...]:
    """Whose journals show what a site does: its releases, their processes, its timers, and nginx."""
    others = (unit for name in names(config)[1:] for unit in of(config, name))
    return (*of(config, WEB), *others, "nginx")


def of(config: Config, name: str) -> tuple[str, ...]:
    """Of the web process, or of a process, each with an instance for each release; or of a timer."""
    site = config.app.name
    if name == WEB:
        return (f"{site}@*",)
    return (f"{site}-{name}.service",) if name in config.timers else (f"{site}-{name}@*",)


def names(config: Config) -> tuple[str, ...]:
    """The web process first."""
    return (WEB, *config.processes, *config.timers)
