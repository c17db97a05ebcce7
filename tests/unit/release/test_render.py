"""Values of deploy.yml reach their place unchanged, and can't break out of it."""

import os
import subprocess
from pathlib import Path
from typing import Any

import jinja2
import pytest

from tests.unit.fakes import TEMPLATES, config, settings
from tests.unit.release.rendering import all_files
from understudy.config import mail
from understudy.config.model import Config
from understudy.errors import ConfigError
from understudy.paths import Overlay
from understudy.release.environment import quote_shell
from understudy.release.render import (
    RenderedFile,
    host_files,
    quote_nginx,
    release_files,
    release_units,
)

CERTIFICATE = {"certificate": {"chain": "/etc/ssl/shop.pem", "key": "/etc/ssl/shop.key"}}
NASTY = [
    "",
    " ",
    "plain",
    "two  words ",
    "$HOME",
    "${HOME}",
    "$(id)",
    "`id`",
    'say "hi"',
    "it's",
    "back\\slash",
    "ends in \\",
    "\\$HOME \\` \\\\",
    "a;b|c&d>e<f",
    "*?[a]~!#%",
    "-n",
    "\ttab",
    "äöü €",
]


@pytest.mark.parametrize("value", NASTY)
def test_shell_gets_exactly_the_value(value: str, tmp_path: Path) -> None:
    (tmp_path / "environment").write_text(f"X={quote_shell(value)}\n")

    done = subprocess.run(
        ["sh", "-euc", '. ./environment; printf %s "$X"'], cwd=tmp_path, capture_output=True
    )

    assert (done.stdout.decode(), done.stderr) == (value, b"")


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b"])
def test_value_that_would_end_its_line_is_refused(value: str) -> None:
    with pytest.raises(ConfigError, match="line break"):
        quote_shell(value)


@pytest.mark.parametrize(
    "value", ["a;b", "a b", "a{", "}", 'a"', "a'", "a\nb", "a\tb", "a\r", "$host", "a\\", "#a", ""]
)
def test_value_that_would_end_its_nginx_directive_is_refused(value: str) -> None:
    with pytest.raises(ConfigError, match="nginx"):
        quote_nginx(value)


def test_app_started_through_run_has_its_code_its_environment_and_its_secrets(
    tmp_path: Path,
) -> None:
    """The rendered script, run by a shell, with the site's directory put elsewhere."""
    wanted = {f"NASTY_{number}": value for number, value in enumerate(NASTY)}
    # Braces of their own are written twice in deploy.yml.
    given = {name: value.replace("{", "{{").replace("}", "}}") for name, value in wanted.items()}
    site = config(app={"environment": {**given, "DATA": "{database}/x", "ID": "{release}"}})
    release = tmp_path / "releases" / "r1"
    (release / "source").mkdir(parents=True)
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "env").write_text('SECRET_KEY="s3cret"\n')
    for file in release_files(site, site.target("staging"), "r1", TEMPLATES):
        text = file.content.replace("/srv/shop", str(tmp_path))
        (release / file.path.name).write_text(text)

    done = subprocess.run(
        ["sh", release / "run", "sh", "-c", 'pwd; printf %s "$1"; echo; env -0', "sh", "a  b$c"],
        capture_output=True,
        check=True,
        text=True,
    )

    directory, argument, environment = done.stdout.split("\n", 2)
    seen = dict(line.split("=", 1) for line in environment.split("\0") if line)
    assert (directory, argument) == (str(release / "source"), "a  b$c")
    assert {name: seen[name] for name in wanted} == wanted
    assert seen["DATA"] == f"{tmp_path}/shared/database/x"
    assert (seen["ID"], seen["SECRET_KEY"]) == ("r1", "s3cret")
    assert seen["PATH"].startswith(f"{release}/venv/bin:")
    assert seen["PATH"].endswith(os.environ["PATH"])


@pytest.mark.parametrize("captures", [True, False])
def test_captured_mail_wins_over_environment_and_secrets(tmp_path: Path, captures: bool) -> None:
    """The fault to prevent: staging mails real people by a secret that was copied from production."""
    site = config(
        app={"environment": {"EMAIL_HOST": "relay.example.com"}},
        target={"mail": "capture" if captures else "off", "environment": {"SMTP_HOST": "r.net"}},
    )
    text = all_files(site)["run"].replace("/srv/shop", str(tmp_path))
    release = tmp_path / "releases" / "r1"
    (release / "source").mkdir(parents=True)
    (tmp_path / "shared").mkdir()
    (release / "environment").write_text(all_files(site)["environment"])
    (tmp_path / "shared" / "env").write_text(
        'EMAIL_HOST_PASSWORD="geheim"\nEMAIL_PORT="587"\nEMAIL_URL="smtp://relay.example.com"\n'
    )
    (release / "run").write_text(text)

    printed = subprocess.run(
        ["sh", release / "run", "env"], capture_output=True, check=True, text=True
    ).stdout

    seen = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
    names = ("EMAIL_HOST", "EMAIL_HOST_PASSWORD", "EMAIL_PORT", "EMAIL_URL", "SMTP_HOST")
    caught = mail.variables("shop")
    relayed = ("relay.example.com", "geheim", "587", "smtp://relay.example.com", "r.net")
    wanted = tuple(caught[name] for name in names) if captures else relayed
    assert tuple(seen[name] for name in names) == wanted


def test_environment_of_the_target_wins() -> None:
    site = config(
        app={"environment": {"DEBUG": "0", "COLOUR": "red"}}, target={"environment": {"DEBUG": "1"}}
    )

    assert 'DEBUG="1"\n' in all_files(site)["environment"]
    assert 'COLOUR="red"\n' in all_files(site)["environment"]


def test_only_the_files_of_a_release_know_its_id() -> None:
    """A host file with an id in it would be installed again, and nginx reloaded, at each deploy."""
    site = config(app={"environment": {"RELEASE": "{release}"}})
    target = site.target("staging")

    def rendered(release_id: str) -> tuple[RenderedFile, ...]:
        return release_files(site, target, release_id, TEMPLATES)

    assert [file.content.replace("r1", "r2") for file in rendered("r1")] == [
        file.content for file in rendered("r2")
    ]
    assert "r1" in rendered("r1")[0].content


SITES: list[Any] = [
    pytest.param({"preset": preset}, target, id=f"{preset}-{'https' if target else 'http'}")
    for preset in ("django", "plain")
    for target in ({}, CERTIFICATE)
]


@pytest.mark.parametrize(("app", "target"), SITES)
def test_templates_render_to_files_that_their_readers_can_parse(
    app: dict[str, Any], target: dict[str, Any]
) -> None:
    files = all_files(config(app=app, target=target))

    assert "{{" not in "".join(files.values())
    compile(files["gunicorn.conf.py"], "gunicorn.conf.py", "exec")
    subprocess.run(["sh", "-n"], input=files["run"], text=True, check=True)
    subprocess.run(["sh", "-n"], input=files["environment"], text=True, check=True)
    assert files["shop"].count("{") == files["shop"].count("}")


@pytest.mark.parametrize(("app", "target"), SITES)
def test_site_config_follows_preset_and_certificate(
    app: dict[str, Any], target: dict[str, Any]
) -> None:
    nginx = all_files(config(app=app, target=target))["shop"]

    assert ('location ~ "^/static/(?<file>.+)$" {' in nginx) == (app["preset"] == "django")
    assert ("ssl_certificate /etc/ssl/shop.pem;" in nginx) == bool(target)
    assert ("return 301 https://" in nginx) == bool(target)
    assert (r"if ($host !~ ^(shop\.test)$) { return 444; }" in nginx) == bool(target)


@pytest.mark.parametrize(("more", "scheme"), [({}, "http"), ({"https": "auto"}, "https")])
def test_app_gets_the_names_at_which_it_answers_and_their_origins(
    more: dict[str, Any], scheme: str
) -> None:
    led = {"name": "shop.example", "redirect_to": "shop.test"}
    names = ("{domain}", "{domains}", "{origin}", "{origins}")
    environment = {f"V{place}": name for place, name in enumerate(names)}
    target = {"domains": ["shop.test", led, "www.shop.test"], "environment": environment, **more}

    files = all_files(config(target=target))

    for place, value in enumerate(
        (
            "shop.test",
            "shop.test,www.shop.test",
            f"{scheme}://shop.test",
            f"{scheme}://shop.test,{scheme}://www.shop.test",
        )
    ):
        assert f'V{place}="{value}"\n' in files["environment"]


@pytest.mark.needs("nginx")
@pytest.mark.parametrize(
    "app", [{}, {"preset": "plain"}, {"media_url": None}, {"name": f"a-{29 * 'z'}"}]
)
def test_nginx_accepts_the_file(app: dict[str, Any], tmp_path: Path) -> None:
    site = all_files(config(app=app))[app.get("name", "shop")].replace(
        "/var/log/nginx", str(tmp_path)
    )
    # Ports and directories that an ordinary user may have.
    site = site.replace("listen 80", f"listen unix:{tmp_path}/socket").replace("listen [", "#[")
    (tmp_path / "site").write_text(site)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; events {{}} http {{ {temporary} include {tmp_path}/site; }}"
    )

    done = subprocess.run(
        ["nginx", "-t", "-q", "-e", "stderr", "-p", tmp_path, "-c", tmp_path / "nginx.conf"],
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_no_line_of_the_unit_gives_more_rights_than_the_apps_users() -> None:
    unit = all_files(config())["shop@.service"].splitlines()
    values = [line.partition("=") for line in unit if "=" in line and not line.startswith("#")]

    assert [value for key, _, value in values if key in ("User", "Group")] == ["shop", "shop"]
    for key, _, value in values:
        if key.startswith("Exec"):
            assert value.startswith("/"), f"{key}={value} could run with raised rights"


def test_template_that_the_project_gets_meanwhile_counts(tmp_path: Path) -> None:
    """As in `rehearse --watch`."""
    site = config()
    templates = Overlay((tmp_path, *TEMPLATES.folders))
    host_files(site, site.target("staging"), templates)
    (tmp_path / "nginx.conf.j2").write_text("own")

    nginx, _ = host_files(site, site.target("staging"), templates)

    assert nginx.content == "own"


def test_templates_are_read_once_for_all_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    site, read = config(), list[str]()
    host_files(site, site.target("staging"), TEMPLATES)
    original = jinja2.FileSystemLoader.get_source

    def get_source(loader: Any, environment: jinja2.Environment, name: str) -> Any:
        read.append(name)
        return original(loader, environment, name)

    monkeypatch.setattr(jinja2.FileSystemLoader, "get_source", get_source)
    host_files(site, site.target("staging"), TEMPLATES)

    assert read == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("User={{ app.nmae }}", "nmae"),
        ("{{ nothing }}", "nothing"),
        ("a\n{% if %}", r"app\.service\.j2:2"),
        ("{{ app.name | nope }}", "nope"),
        (None, "can't be rendered"),
    ],
)
def test_mistake_in_a_template_is_reported_with_its_file(
    text: str | None, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "nginx.conf.j2").write_text("")
    if text is not None:
        (tmp_path / "app.service.j2").write_text(text)
    site = Config.model_validate(settings())

    with pytest.raises(ConfigError, match=reason) as raised:
        host_files(site, site.target("staging"), Overlay((tmp_path,)))

    assert "templates/app.service.j2" in raised.value.summary


def test_units_of_a_release_are_those_that_are_installed() -> None:
    settings = config(
        processes={"worker": {"command": ["run"]}},
        timers={"nightly": {"command": ["sweep"], "calendar": "daily"}},
    )
    target = settings.target("staging")

    units = list(release_units(settings, target, TEMPLATES))

    assert [unit.path.name for unit in units] == ["shop@.service", "shop-worker@.service"]
    assert set(units) < set(host_files(settings, target, TEMPLATES))
