"""Deploys the last commit of a Django app to hosts that are provisioned.

REPOSITORY=DIRECTORY WHEELS=DIRECTORY pyinfra HOST,HOST... deploy.py -y
"""

from typing import Any

from pyinfra import host
from pyinfra.facts.files import File, Link
from pyinfra.operations import files, server, systemd
from pyinfra.operations.util import any_changed

data = host.data
root = f"/srv/{data.site}"
release = f"{root}/releases/{data.release}"
manage = (
    f"cd {release}; set -a; . {root}/environment; . {root}/shared/env; set +a;"
    f" exec {root}/venv/bin/python manage.py"
)


def template(name: str, destination: str) -> Any:
    return files.template(
        name=f"Template {name}",
        src=f"../templates/{name}.j2",
        dest=destination,
        mode="644",
        create_remote_dir=False,
        site=data.site,
        domain=data.domain,
        release=data.release,
        _sudo=True,
    )


def install_packages() -> None:
    """Into the one environment there is: only what is new travels and is installed."""
    server.shell(
        name="Environment",
        commands=f"test -e {root}/venv/bin/pip || python3 -m venv {root}/venv",
        _sudo=True,
    )
    files.sync(name="Wheels", src=data.wheels, dest=f"{root}/wheels", _sudo=True)
    server.shell(
        name="Install packages",
        commands=[
            f"{root}/venv/bin/pip install --quiet --disable-pip-version-check --no-index"
            f" --find-links {root}/wheels --require-hashes --requirement {release}/requirements.txt",
            f"touch {root}/venv/{data.lock}",
        ],
        _sudo=True,
    )


def make_release() -> None:
    files.put(name="Upload it", src=data.archive, dest=f"{release}.tar", _sudo=True)
    server.shell(
        name="Unpack it",
        commands=f"mkdir -p {release} && tar -xf {release}.tar -C {release} && rm {release}.tar",
        _sudo=True,
    )
    if not host.get_fact(File, path=f"{root}/venv/{data.lock}"):
        install_packages()
    server.shell(
        name="Migrate, collect static files",
        commands=[f"{manage} migrate --noinput", f"{manage} collectstatic --noinput -v0"],
        _sudo=True,
        _sudo_user=data.site,
    )


app = [
    template("environment", f"{root}/environment"),
    template("gunicorn.conf.py", f"{root}/gunicorn.conf.py"),
    template("web.service", f"/etc/systemd/system/{data.site}-web.service"),
]
nginx = [
    template("nginx.conf", f"/etc/nginx/sites-available/{data.site}"),
    files.link(
        name="Enable the site of nginx",
        path=f"/etc/nginx/sites-enabled/{data.site}",
        target=f"../sites-available/{data.site}",
        create_remote_dir=False,
        _sudo=True,
    ),
]
current = host.get_fact(Link, path=f"{root}/current")
if not current or current["link_target"] != f"releases/{data.release}":
    make_release()
    app.append(
        server.shell(
            name="Switch to it",
            commands=[
                f"cd {root}; ln -sfn releases/{data.release} new && mv -T new current",
                f"cd {root}/releases; ls -1t | tail -n +6 | xargs -r rm -r",
            ],
            _sudo=True,
        )
    )
systemd.service(
    name="Restart the app",
    service=f"{data.site}-web",
    restarted=True,
    enabled=True,
    daemon_reload=True,
    _sudo=True,
    _if=any_changed(*app),
)
server.shell(
    name="Reload nginx",
    commands="nginx -t -q && systemctl reload nginx",
    _sudo=True,
    _if=any_changed(*nginx),
)
for service in (f"{data.site}-web", "nginx"):
    systemd.service(
        name=f"{service} runs, also after a boot", service=service, enabled=True, _sudo=True
    )
