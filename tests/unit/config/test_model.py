"""deploy.yml as one value, checked before anything is touched."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.unit.config.deploy_yml import TEXT
from tests.unit.fakes import TOP, config, settings
from understudy.config import model as configuration
from understudy.config.model import Config
from understudy.errors import ConfigError


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("app: [", id="unclosed"),
        pytest.param("app:\n\tname: shop", id="tab"),
        pytest.param("app: 2024-13-45", id="date-that-no-calendar-has"),
        pytest.param("--- 1\n--- 2", id="two-documents"),
        pytest.param("app: !!python/object:os.system {}", id="python-object"),
        pytest.param("app: \0", id="binary"),
    ],
)
def test_text_that_is_not_yaml_is_reported_as_such(text: str) -> None:
    with pytest.raises(ConfigError, match=r"deploy\.yml is not YAML") as raised:
        configuration.parse(text)
    assert "quotes" in raised.value.hint
    assert "<unicode string>" not in raised.value.details


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "\ufeff"])
def test_file_without_anything_is_said_to_be_empty(text: str) -> None:
    with pytest.raises(ConfigError, match=r"deploy\.yml is empty") as raised:
        configuration.parse(text)
    assert "init" in raised.value.hint


def test_mark_of_the_encoding_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "deploy.yml"
    path.write_text(TEXT.replace("\n", "\r\n"), encoding="utf-8-sig", newline="")

    assert configuration.load(path).app.name == "shop"


def test_line_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "deploy.yml"
    path.write_bytes(b"app:\n  name: sh\xf6p\n")

    with pytest.raises(ConfigError, match=r"is not text in UTF-8: see line 2"):
        configuration.load(path)


@pytest.mark.parametrize("text", ["- app\n- targets", "just words", "42"])
def test_yaml_that_is_no_mapping_is_reported_as_such(text: str) -> None:
    with pytest.raises(ConfigError, match="must be a mapping with app: and targets:"):
        configuration.parse(text)


@pytest.mark.parametrize("kind", ["missing", "directory", "binary"])
def test_file_that_cannot_be_read_is_named(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "other.yml"
    if kind == "directory":
        path.mkdir()
    if kind == "binary":
        path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match=r"other\.yml") as raised:
        configuration.load(path)

    assert "--config" in raised.value.hint


def test_folder_without_a_deploy_yml_is_shown_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no .*/deploy\.yml") as raised:
        configuration.load(tmp_path / "deploy.yml")

    assert "`python deploy.py init` writes one" in raised.value.hint


@pytest.mark.parametrize("name", ["mysql", "sys", "public", "none"])
def test_app_cannot_have_a_name_that_mariadb_uses(name: str) -> None:
    with pytest.raises(ValidationError, match="has this name"):
        config(app={"name": name, "database": "mariadb"})


@pytest.mark.parametrize("name", ["postgres", "template0", "template1", "public", "none"])
def test_app_cannot_have_a_name_that_postgresql_uses(name: str) -> None:
    """As its superuser the app could do anything to the host."""
    with pytest.raises(ValidationError, match="has this name"):
        config(app={"name": name, "database": "postgresql"})
    with pytest.raises(ValidationError, match="has this name"):
        Config.model_validate({**settings({"name": name}), "host": {"packages": ["postgresql"]}})

    assert config(app={"name": name}).app.database == "sqlite"


@pytest.mark.parametrize(
    ("engine", "packages", "installed"),
    [
        ("sqlite", ["git"], ("git",)),
        ("postgresql", ["git"], ("git", "postgresql")),
        ("mariadb", ["git"], ("git", "mariadb-server")),
        ("mariadb", ["mariadb-server"], ("mariadb-server",)),
        ("postgresql", ["postgresql", "git"], ("postgresql", "git")),
    ],
)
def test_server_of_the_database_is_installed_once(
    engine: str, packages: list[str], installed: tuple[str, ...]
) -> None:
    tree = {**settings(app={"database": engine}), "host": {"packages": packages}}

    assert Config.model_validate(tree).packages == installed


@pytest.mark.parametrize(
    ("receipts", "key", "allowed"),
    [
        ("", None, Path("/etc/shop/allowed_signers")),
        ("receipts: {key: ci/key}", Path("/etc/shop/ci/key"), Path("/etc/shop/allowed_signers")),
        ("receipts: {allowed_signers: /etc/who}", None, Path("/etc/who")),
    ],
)
def test_keys_of_receipts_are_beside_deploy_yml(
    receipts: str, key: Path | None, allowed: Path
) -> None:
    """Also where the default is taken."""
    found = configuration.parse(TEXT + receipts, Path("/etc/shop/deploy.yml")).receipts

    assert (found.key, found.allowed_signers, found.max_age_days) == (key, allowed, 7)


def test_shipped_deploy_yml_is_good() -> None:
    shipped = configuration.load(TOP / "deploy.yml")

    assert shipped.target("vagrant").disposable
    assert not shipped.target("vagrant").require_receipt
    assert not shipped.target("production").disposable
    assert shipped.target("production").require_receipt
    assert shipped.target("production").require_clean


def test_config_cannot_be_changed() -> None:
    parsed = config()

    with pytest.raises(ValidationError, match="frozen"):
        parsed.app.name = "other"


HOST = {"domain": "shop.example.com", "address": "192.0.2.7", "admin": "ops"}
VM = {"domain": "shop.test", "admin": "vagrant", "disposable": True}


@pytest.mark.parametrize(
    ("targets", "mirrored"),
    [
        (["vagrant", "production"], "production"),
        (["vagrant", "live"], "live"),
        (["live"], "live"),
        (["vagrant", "live", "production"], "production"),
    ],
)
def test_vm_mirrors_the_target_that_is_not_the_vm(targets: list[str], mirrored: str) -> None:
    made = {name: VM if name == "vagrant" else HOST for name in targets}
    config = Config.model_validate({**settings(), "targets": made})
    assert config.mirrored_target() == mirrored


@pytest.mark.parametrize(
    ("targets", "hint"), [(["vagrant"], "under `targets`"), (["vagrant", "a", "b"], "one of a, b")]
)
def test_mirrored_target_that_is_not_clear_is_asked_for(targets: list[str], hint: str) -> None:
    made = {name: VM if name == "vagrant" else HOST for name in targets}
    config = Config.model_validate({**settings(), "targets": made})
    with pytest.raises(ConfigError, match="no server that the staging VM mirrors") as raised:
        config.mirrored_target()
    assert hint in raised.value.hint


def test_mirrored_target_that_does_not_exist_is_a_mistake_with_its_line() -> None:
    text = "app: {name: shop, source: ., module: 'a:b'}\nvm:\n  stands_for: live\ntargets: {}\n"
    with pytest.raises(ConfigError) as raised:
        configuration.parse(text)
    assert "deploy.yml:3: vm.stands_for: must be one of the targets" in raised.value.details


def test_url_of_an_external_database_is_a_secret() -> None:
    with pytest.raises(ValidationError, match="secrets set SHOP_URL") as raised:
        config(
            app={
                "database": "external",
                "database_url": "SHOP_URL",
                "environment": {"SHOP_URL": "postgresql://shop:hunter2@db/shop"},
            }
        )
    assert "hunter2" not in str(raised.value.errors(include_input=False)[0]["msg"])

    assert config(app={"database": "external"}).app.database_url == "DATABASE_URL"
    assert config(app={"database": "external"}).packages == ()


def test_database_url_needs_an_external_database() -> None:
    with pytest.raises(ValidationError, match="only for `database: external`"):
        config(app={"database": "postgresql", "database_url": "SHOP_URL"})
