"""The state that deploy.yml, provision/ and templates/ describe, as a capture of what they name."""

from collections.abc import Iterable, Mapping

from understudy.config import topology
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.host.provisioning import Provisioning
from understudy.parity.capture.processes import of_live
from understudy.parity.capture.services import nginx_text, unit_text
from understudy.parity.capture.software import haproxy_text
from understudy.parity.capture.value import Capture, Section
from understudy.parity.drift.comparison import ANY
from understudy.release.render import RenderedFile


def capture_of_code(
    config: Config,
    target: TargetConfig,
    host_files: Iterable[RenderedFile],
    provisioning: Provisioning,
) -> Capture:
    """host_files: those of nginx, HAProxy and systemd, rendered for the target."""
    app, host = config.app.name, config.host
    has_site = topology.has_site(target.host_list, target.address)
    names = {"LANG", *config.app.environment, *target.environment} if has_site else ()
    return Capture(
        {
            "packages": dict.fromkeys(provisioning.packages, ANY),
            "locale": {"LANG": host.locale},
            "time": {"zone": host.timezone},
            "users": {
                f"{app}.home": f"{config.root} /usr/sbin/nologin",
                f"{host.deployer}.home": ANY,
            },
            "environment": dict.fromkeys(names, ANY),
            "units": {"nginx.service": "enabled, active", f"{app}.service": ANY},
            "processes": {name: of_live(one.count) for name, one in config.processes.items()},
            "ports": dict.fromkeys(_ports(target), "nginx"),
            "firewall": {"table inet understudy": ANY},
            **_files(host_files, target),
        }
    )


def _ports(target: TargetConfig) -> list[str]:
    ports = (80, 443) if target.ends_tls else (80,)
    return [f"tcp {address}:{port}" for port in ports for address in ("0.0.0.0", "[::]")]  # noqa: S104


def _files(host_files: Iterable[RenderedFile], target: TargetConfig) -> Mapping[str, Section]:
    """Sections `nginx`, by the names of the links in sites-enabled, `unit_files`, and `files` for HAProxy's."""
    nginx, units, haproxy = {}, {}, {}
    for file in host_files:
        lines = file.content.splitlines()
        if "systemd" in file.path.parts:
            units[str(file.path)] = unit_text(lines)
        elif "haproxy" in file.path.parts:
            haproxy[str(file.path)] = haproxy_text(lines, target.domain)
        else:
            enabled = str(file.path).replace("sites-available", "sites-enabled")
            nginx[enabled] = nginx_text(lines, target.domain)
    return {"nginx": nginx, "unit_files": units, "files": haproxy}
