"""Django projects: what deploy.yml says for each way of writing settings."""

import pytest

from tests.unit.project.apps import (
    MANAGE,
    STARTPROJECT_SETTINGS,
    WSGI,
    app,
    by_environment,
    config_of,
    decided,
    django,
    environment,
    unknown,
)
from understudy.errors import ConfigError
from understudy.project import deploy_yml


def test_new_project_gets_settings_for_servers_on_top_of_its_own() -> None:
    found = decided(django())

    assert environment(found) == {
        "DATABASE_PATH": "{database}/db.sqlite3",
        "ALLOWED_HOSTS": "{domains}",
        "STATIC_ROOT": "{static}",
        "HTTPS": "on",
        "DJANGO_SETTINGS_MODULE": "shop.settings_server",
    }
    text = found.files["shop/settings_server.py"].value
    assert "from shop.settings import *" in text
    assert "DEBUG = False" in text
    assert 'SECRET_KEY = os.environ["SECRET_KEY"]' in text
    assert 'DATABASES["default"]["NAME"] = os.environ["DATABASE_PATH"]' in text
    compile(text, "settings_server.py", "exec")


def test_values_say_by_which_line_they_were_decided() -> None:
    found = decided(django())

    assert found.app["module"].why == "shop/wsgi.py:4"
    assert "shop/settings.py:4" in found.files["shop/settings_server.py"].why  # DEBUG
    assert found.app["health_path"].why.startswith("shop/urls.py:4")


def test_settings_that_read_the_environment_need_no_more() -> None:
    found = decided(django(by_environment()))

    assert not found.files
    assert environment(found) == {
        "DEBUG": "False",
        "ALLOWED_HOSTS": "{domains}",
        "DB_PATH": "{database}/db.sqlite3",
        "STATIC_ROOT": "{static}",
        "SECURE": "yes",
    }


def test_second_run_takes_its_own_settings_for_no_module_of_the_app() -> None:
    files = django()
    first = decided(files)
    written = {path: file.value for path, file in first.files.items()}

    assert decided({**files, **written}) == first


SPLIT = {
    "manage.py": MANAGE.format(settings="shop.settings.dev"),
    "shop/__init__.py": "",
    "shop/wsgi.py": WSGI.format(settings="shop.settings.dev"),
    "shop/urls.py": "urlpatterns = []\n",
    "shop/settings/__init__.py": "",
    "shop/settings/base.py": "from .apps import *\nfrom .databases import *\nfrom .static import *\n",
    "shop/settings/apps.py": 'INSTALLED_APPS = ["django.contrib.staticfiles"]\nROOT_URLCONF = "shop.urls"\n',
    "shop/settings/databases.py": (
        "import dj_database_url\n"
        'DATABASES = {"default": dj_database_url.config(default="sqlite:///db.sqlite3")}\n'
    ),
    "shop/settings/static.py": 'STATIC_URL = "/assets/"\nMEDIA_URL = "/media/"\nMEDIA_ROOT = "media"\n',
    "shop/settings/dev.py": 'from .base import *\nDEBUG = True\nSECRET_KEY = "x"\nALLOWED_HOSTS = ["*"]\n',
    "shop/settings/production.py": "from .base import *\nDEBUG = False\n",
    "requirements.txt": "django==5.2\npsycopg[binary]==3.2\ndj-database-url==3\n",
}


def test_split_settings_are_followed_through_all_of_their_files() -> None:
    found = decided(SPLIT)

    assert environment(found)["DJANGO_SETTINGS_MODULE"] == "shop.settings.server"
    assert "from shop.settings.production import *" in found.files["shop/settings/server.py"].value
    assert "DEBUG" not in found.files["shop/settings/server.py"].value
    assert environment(found)["DATABASE_URL"] == "postgresql:///shop-site"
    assert app(found, "database") == "postgresql"
    assert app(found, "static_url") == "/assets/"
    assert environment(found)["MEDIA_ROOT"] == "{media}"


@pytest.mark.parametrize(
    ("path", "text", "served"),
    [
        ("shop/empty.py", "", False),
        ("shop/models.py", "picture = models.ImageField()\n", True),
        ("shop/models.py", "scan = FilerFileField()\n", True),
        ("shop/views.py", "default_storage.save(name, content)\n", True),
        ("shop/views.py", 'read(request.FILES["csv"])\n', True),
        ("README.txt", "no FileField\n", False),
    ],
)
def test_nginx_serves_no_uploads_of_an_app_that_takes_none(
    path: str, text: str, served: bool
) -> None:
    """With the preset's media_url, `hosts` of a target would be refused."""
    found = decided({**django(), path: text})

    assert ("media_url" not in found.app) == served
    assert ("media_url: null  " in deploy_yml.text(found)) != served


def test_app_with_a_directory_for_uploads_has_them() -> None:
    assert "media_url" not in decided(SPLIT).app


def test_include_of_split_settings_is_followed() -> None:
    included = {**django("from split_settings.tools import include\ninclude('parts/*.py')\n")}
    included["shop/parts/a.py"] = by_environment()

    assert not decided(included).files


def test_branch_for_servers_is_taken() -> None:
    """As in Test-Driven Development with Python."""
    settings = (
        STARTPROJECT_SETTINGS
        + """\
import os
if "DJANGO_DEBUG_FALSE" in os.environ:
    DEBUG = False
    SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
    ALLOWED_HOSTS = [os.environ["DJANGO_ALLOWED_HOST"]]
    DATABASES["default"]["NAME"] = os.environ["DJANGO_DB_PATH"]
else:
    DEBUG = True
"""
    )
    found = decided(django(settings))

    assert environment(found)["DJANGO_DEBUG_FALSE"] == "1"
    assert environment(found)["DJANGO_ALLOWED_HOST"] == "{domain}"
    assert environment(found)["DJANGO_DB_PATH"] == "{database}/db.sqlite3"
    assert "DATABASE_PATH" not in environment(found)
    assert "DEBUG" not in found.files["shop/settings_server.py"].value


@pytest.mark.parametrize(
    ("expression", "off"),
    [
        ('os.environ.get("DEBUG") == "1"', "False"),
        ('bool(int(os.environ.get("DEBUG", "1")))', "0"),
        ('bool(os.environ.get("DEBUG"))', ""),
        ('bool(strtobool(os.environ.get("DEBUG", "1")))', "False"),
        ('os.environ.get("DEBUG") != "no"', "no"),
        ('config("DEBUG", default=True, cast=bool)', "False"),
        ('env.bool("DEBUG", default=True)', "False"),
    ],
)
def test_debug_is_turned_off_in_the_way_that_it_is_read(expression: str, off: str) -> None:
    settings = (
        "import environ\nfrom decouple import config\nenv = environ.Env()\n" + by_environment()
    ).replace('os.environ.get("DEBUG") == "1"', expression)

    assert environment(decided(django(settings)))["DEBUG"] == off


def test_postgresql_with_its_parts_in_variables() -> None:
    settings = by_environment("""
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": os.environ["PG_NAME"], "USER": os.environ["PG_USER"],
    "PASSWORD": os.environ["PG_PASSWORD"], "HOST": os.environ["PG_HOST"],
}}""")
    found = decided(django(settings))

    assert app(found, "database") == "postgresql"
    assert environment(found)["PG_USER"] == "shop-site"
    assert environment(found)["PG_PASSWORD"] == ""
    assert "PG_PASSWORD" not in unknown(found)
    assert not found.files


@pytest.mark.parametrize(
    "change",
    [
        'DATABASES["default"] = dj_database_url.config(default="sqlite:///x")',
        'DATABASES["default"].update(dj_database_url.config())',
        'if "DATABASE_URL" not in os.environ:\n    X = 1\nelse:\n    DATABASES["default"] = env.db()',
        'if "DATABASE_URL" in os.environ:\n    DATABASES["default"] = env.db()',
    ],
)
def test_database_that_a_url_replaces(change: str) -> None:
    settings = f"""import dj_database_url, environ
env = environ.Env()
{STARTPROJECT_SETTINGS}
import os
{change}
"""
    found = decided(django(settings))

    assert environment(found)["DATABASE_URL"] == "sqlite:///{database}/db.sqlite3"
    assert "DATABASES" not in found.files["shop/settings_server.py"].value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ('os.getenv("DB_NAME", BASE_DIR / "shop.sqlite")', "{database}/db.sqlite3"),
        ('os.environ["DB_NAME"]', "{database}/db.sqlite3"),
        ('BASE_DIR / os.getenv("DB_NAME", "shop.sqlite")', "{database}/db.sqlite3"),
        ('os.path.join(BASE_DIR, os.getenv("DB_NAME", "shop.sqlite"))', "{database}/db.sqlite3"),
        ('os.path.join(os.getenv("DB_NAME", "."), "shop.sqlite")', "{database}"),
        ('Path(os.environ["DB_NAME"]) / "shop.sqlite"', "{database}"),
        ('Path(os.environ["DB_NAME"]).joinpath("shop.sqlite")', "{database}"),
        ('str(Path(os.environ["DB_NAME"]) / "shop.sqlite")', "{database}"),
        ("f\"{os.environ['DB_NAME']}/shop.sqlite\"", "{database}"),
    ],
)
def test_variable_of_the_sqlite_file_is_known_by_its_place(name: str, value: str) -> None:
    settings = by_environment().replace('os.environ["DB_PATH"]', name)

    assert environment(decided(django(settings)))["DB_NAME"] == value


def test_variable_whose_default_is_the_developers_own_site_gets_the_domain() -> None:
    more = """
SITE_ROOT = os.getenv("SITE_ROOT", "http://localhost:8000")
SEARCH = os.getenv("SEARCH", "http://localhost:9200")
"""

    found = environment(decided(django(by_environment(more))))

    assert found["SITE_ROOT"] == "{origin}"
    assert "SEARCH" not in found


def test_log_file_in_the_release_is_named() -> None:
    settings = by_environment(
        'LOGGING = {"handlers": {"f": {"class": "logging.FileHandler",\n    "filename": "debug.log"}}}\n'
    )

    assert "logs to a file in the release" in unknown(decided(django(settings)))


def test_file_of_a_queue_in_the_release_is_named() -> None:
    path = 'HUEY = {"huey_class": "huey.SqliteHuey", "filename": os.path.join(BASE_DIR, %s)}\n'

    found = unknown(decided(django(by_environment(path % '"data", "tasks.sqlite3"'))))

    assert "HUEY keeps tasks.sqlite3 in the release" in found
    assert "HUEY" not in unknown(decided(django(by_environment(path % 'os.environ["QUEUE"]'))))


@pytest.mark.parametrize(
    ("more", "made"),
    [
        ('Path(BASE_DIR / "db").mkdir(parents=True, exist_ok=True)\n', "db"),
        ('LOGS = BASE_DIR / "var" / "log"\nLOGS.mkdir(exist_ok=True)\n', "var/log"),
        (
            'if not os.path.exists("cache"):\n    os.makedirs("cache")\n'
            'os.makedirs(os.path.join(os.path.dirname(__file__), "data"), exist_ok=True)\n',
            "cache shop/data",
        ),
    ],
)
def test_folder_that_the_settings_make_is_made_with_the_release(more: str, made: str) -> None:
    base = "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\n"
    files = django(by_environment(base + more))

    assert app(decided(files), "build_commands") == [f"mkdir -p {made}"]


@pytest.mark.parametrize(
    "more",
    [
        'os.makedirs(os.environ["LOGS"], exist_ok=True)\n',
        'os.makedirs("/var/log/shop", exist_ok=True)\n',
        'os.makedirs("shop", exist_ok=True)\n',
        'os.makedirs(os.path.join(os.path.dirname(__file__), "../../data"), exist_ok=True)\n',
        'if DEBUG:\n    os.makedirs("cache")\n',
    ],
)
def test_folder_that_is_elsewhere_or_there_is_not_made(more: str) -> None:
    assert app(decided(django(by_environment(more))), "build_commands") is None


def test_collected_static_files_in_git_are_named() -> None:
    base = "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\n"
    files = django(by_environment(f'{base}STATIC_ROOT = BASE_DIR / "static"\n'))

    notes = decided({**files, "static/staticfiles.json": "", "static/a.css": ""}).notes
    assert any(
        "static/ has collected static files in git (shop/settings.py:" in one for one in notes
    )
    assert not decided({**files, "static/a.css": ""}).notes


def test_folders_are_made_before_translations_are_compiled() -> None:
    files = {
        **django(by_environment('os.makedirs("cache")\n')),
        "locale/de/LC_MESSAGES/django.po": "",
    }

    commands = app(decided(files), "build_commands")

    assert commands == ["mkdir -p cache", "python manage.py compilemessages"]


STRICT = """\
def envbool(name, default):
    text = os.getenv(name, default)
    if text not in ("", "True", "False"):
        raise ValueError(name)
    return text == "True"
"""


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        ('envbool("EMAIL_USE_TLS", "True")', "False"),
        ('os.getenv("EMAIL_USE_TLS", "True") == "True"', None),
    ],
)
def test_mail_flag_that_does_not_take_the_catchers_no_has_its_own_on_staging(
    reading: str, text: str | None
) -> None:
    mailers = f"MAILERS = {{'a': {{'use_tls': {reading}}}}}\n"
    settings = by_environment(f'{STRICT}if os.getenv("EMAIL_HOST"):\n    {mailers}')

    found = decided(django(settings))

    assert config_of(found).targets["vagrant"].environment.get("EMAIL_USE_TLS") == text
    assert "EMAIL_USE_TLS" not in environment(found)


def test_module_whose_name_ends_as_a_file_is_none() -> None:
    more = """\
INSTALLED_APPS += ["health_check", "health_check.db"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
"""

    assert ".db" not in unknown(decided(django(by_environment(more))))
    assert "STORE keeps my.db in" in unknown(decided(django(by_environment('STORE = "my.db"\n'))))


def test_files_of_django_compressor_are_made_before_the_start() -> None:
    found = decided(django(by_environment("COMPRESS_OFFLINE = True\n")))

    *_, collect, compress = found.app["release_commands"].value
    assert "collectstatic" in collect
    assert compress == "python manage.py compress"
    assert app(decided(django(by_environment())), "release_commands") is None


def test_mysql_is_the_hosts_mariadb() -> None:
    settings = by_environment(
        'DATABASES = {"default": {"ENGINE": "django.db.backends.mysql", "NAME": "x", '
        '"HOST": os.environ["DB_HOST"]}}\n'
    )
    found = decided(django(settings))

    assert app(found, "database") == "mariadb"
    [module] = [file.value for path, file in found.files.items() if path.endswith("_server.py")]
    assert '"NAME": "shop-site", "USER": "shop-site"' in module
    assert '"HOST": "/run/mysqld/mysqld.sock"' in module


def test_variables_of_mysql_lead_to_the_local_socket() -> None:
    entries = ", ".join(
        f'"{key}": os.environ["MY_{key}"]' for key in ("NAME", "USER", "HOST", "PORT")
    )
    settings = by_environment(
        f'DATABASES = {{"default": {{"ENGINE": "django.db.backends.mysql", {entries}}}}}\n'
    )

    found = environment(decided(django(settings)))
    assert {name: value for name, value in found.items() if name.startswith("MY_")} == {
        "MY_NAME": "shop-site",
        "MY_USER": "shop-site",
        "MY_HOST": "/run/mysqld/mysqld.sock",
        "MY_PORT": "3306",
    }


def test_required_variables_of_unknown_purpose_are_to_be_filled_in() -> None:
    settings = by_environment(
        'STRIPE_API_KEY = os.environ["STRIPE_API_KEY"]\nREGION = os.environ["REGION"]\n'
        'JWT = os.environ["JWT_SECRET_KEY"]\nOPTIONAL = os.environ.get("OPTIONAL_THING")\n'
    )
    text = unknown(decided(django(settings)))

    assert "secrets set STRIPE_API_KEY" in text
    assert 'app.environment: REGION: "…"' in text
    assert "OPTIONAL_THING" not in text


def test_settings_that_are_made_of_themselves_come_to_an_end() -> None:
    settings = by_environment("STATIC_ROOT = [STATIC_ROOT, STATIC_ROOT, os.environ['S']]\n" * 9)

    assert environment(decided(django(settings)))["S"] == "{static}"


def test_https_only_cookies_are_left_to_the_target() -> None:
    found = decided(django(by_environment("SECURE_SSL_REDIRECT = True\n")))

    assert "SECURE_SSL_REDIRECT = HTTPS" in found.files["shop/settings_server.py"].value
    assert environment(found)["HTTPS"] == "on"


@pytest.mark.parametrize(
    ("value", "on"),
    [
        ('env.bool("REDIRECT", default=True)', "True"),
        ('os.environ.get("REDIRECT") == "1"', "1"),
        ('os.environ.get("REDIRECT", "").lower() in ("yes", "true")', "yes"),
        ('bool(int(os.environ.get("REDIRECT", 0)))', "1"),
        ('os.environ.get("REDIRECT") != "off"', "True"),
        ('not os.environ.get("REDIRECT") == "never"', "True"),
    ],
)
def test_variable_for_https_is_on_in_the_text_that_is_read_as_on(value: str, on: str) -> None:
    settings = "import environ\nenv = environ.Env()\n" + by_environment(
        f"SECURE_SSL_REDIRECT = {value}\n"
    )
    found = decided(django(settings))

    assert environment(found)["REDIRECT"] == on
    assert not found.files


def test_variable_of_debug_stays_off_though_cookies_follow_it() -> None:
    found = decided(django(by_environment("SESSION_COOKIE_SECURE = not DEBUG\n")))

    assert environment(found)["DEBUG"] == "False"


def test_django_learns_of_https_from_nginx_and_sends_its_cookies_over_it_only() -> None:
    text = decided(django()).files["shop/settings_server.py"].value

    assert 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")' in text
    assert "\nSESSION_COOKIE_SECURE = HTTPS\nCSRF_COOKIE_SECURE = HTTPS\n" in text
    assert "SECURE_SSL_REDIRECT" not in text


def test_settings_fixed_in_manage_py_are_named_with_the_line_that_helps() -> None:
    files = django()
    files["manage.py"] = 'import os\nos.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"\n'

    assert "manage.py:2: os.environ.setdefault(" in unknown(decided(files))


def test_project_below_the_top_with_its_lock_above() -> None:
    files = {f"src/{path}": text for path, text in django().items() if path != "uv.lock"}
    found = decided({**files, "uv.lock": django()["uv.lock"]})

    assert app(found, "subdirectory") == "src"
    assert app(found, "requirements") == "uv.lock"
    assert "src/shop/settings_server.py" in found.files
    assert app(found, "module") == "shop.wsgi:application"


def test_lock_file_above_the_folder_of_deploy_yml_is_found() -> None:
    files = {path: text for path, text in django().items() if path != "uv.lock"}

    assert app(decided(files, {"../uv.lock": django()["uv.lock"]}), "requirements") == "uv.lock"


def test_channels_is_served_by_asgi() -> None:
    settings = by_environment('INSTALLED_APPS += ["channels"]\n')
    files = {**django(settings), "shop/asgi.py": "application = object()\n"}
    found = decided(files)

    assert (app(found, "module"), app(found, "worker_class")) == ("shop.asgi:application", "asgi")


def test_two_projects_are_refused_and_both_named() -> None:
    files = {"a/manage.py": django()["manage.py"], "b/manage.py": django()["manage.py"]}

    with pytest.raises(ConfigError, match=r"a/manage\.py, b/manage\.py") as error:
        decided(files)
    assert "cd a" in error.value.hint


def test_example_project_of_a_package_is_no_second_one() -> None:
    files = {**django(), "examples/manage.py": "", "docs/x/manage.py": ""}

    assert app(decided(files), "module") == "shop.wsgi:application"


def test_settings_that_are_no_python_are_named_with_their_line() -> None:
    with pytest.raises(
        ConfigError, match=r"shop/settings\.py:2: this file can't be read as Python"
    ):
        decided(django("A = 1\nprint 'x'\n"))


def test_settings_that_raise_are_read_and_not_run() -> None:
    settings = by_environment("if not SECRET_KEY:\n    raise RuntimeError\nraise RuntimeError\n")

    assert not decided(django(settings)).files


def _without_settings_in_manage(files: dict[str, str]) -> dict[str, str]:
    return {
        path: text.replace("os.environ.setdefault", "print") if "/settings" not in path else text
        for path, text in files.items()
    }


def test_settings_that_only_the_environment_names_are_known_by_their_content() -> None:
    files = _without_settings_in_manage(django())
    files["shop/settings/base.py"] = files.pop("shop/settings.py")
    files["shop/settings/development.py"] = "from .base import *\nDEBUG = True\n"

    found = decided(files)

    assert environment(found)["DJANGO_SETTINGS_MODULE"] == "shop.settings.server"
    assert "from shop.settings.base import *" in found.files["shop/settings/server.py"].value


def test_settings_for_servers_beside_those_are_preferred() -> None:
    files = _without_settings_in_manage(django())
    files["shop/settings/base.py"] = files.pop("shop/settings.py")
    files["shop/settings/production.py"] = by_environment().replace("ROOT_URLCONF", "# ")

    assert environment(decided(files))["DJANGO_SETTINGS_MODULE"] == "shop.settings.production"


def test_settings_that_need_no_more_are_named_if_manage_py_names_none() -> None:
    files = _without_settings_in_manage(django(by_environment()))

    assert environment(decided(files))["DJANGO_SETTINGS_MODULE"] == "shop.settings"


def test_several_modules_that_may_be_the_settings_are_all_named() -> None:
    files = _without_settings_in_manage(django())
    files["shop/local.py"] = files["shop/settings.py"]

    with pytest.raises(ConfigError, match="names no module of settings") as caught:
        decided(files)

    assert "shop.local, shop.settings" in caught.value.hint


def test_missing_settings_module_is_named() -> None:
    files = {path: text for path, text in django().items() if path != "shop/settings.py"}

    with pytest.raises(ConfigError, match=r"it names the settings shop\.settings"):
        decided(files)


def test_translations_without_their_compiled_form_are_compiled() -> None:
    found = decided({**django(), "locale/de/LC_MESSAGES/django.po": ""})

    assert app(found, "build_commands") == ["python manage.py compilemessages"]
    assert found.host["packages"].value == ["gettext"]
