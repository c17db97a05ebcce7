"""Flask, FastAPI and Starlette: what gunicorn gets, and what their databases need."""

import pytest

from tests.unit.project.apps import app, decided, environment, unknown
from understudy.errors import ConfigError

FACTORY = """\
import os
from flask import Flask
def create_app(config=None):
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///shop.db")
    app.secret_key = os.environ["SECRET_KEY"]
    return app
"""
LOCK = "flask==3.1\nflask-migrate==4.1\nflask-sqlalchemy==3.1\nsqlalchemy==2.0\n"


def test_flask_factory_with_migrations() -> None:
    found = decided(
        {"shop/__init__.py": FACTORY, "migrations/env.py": "", "requirements.txt": LOCK}
    )

    assert app(found, "preset") == "plain"
    assert app(found, "module") == "shop:create_app()"
    assert app(found, "migrate_commands") == ["flask --app 'shop:create_app()' db upgrade"]
    assert environment(found) == {"DATABASE_URL": "sqlite:///{database}/db.sqlite3"}


def test_object_of_wsgi_py_comes_before_the_factory() -> None:
    files = {
        "shop/__init__.py": FACTORY,
        "wsgi.py": "from shop import create_app\napp = create_app()\n",
    }

    assert app(decided(files), "module") == "wsgi:app"


def test_manage_py_of_flask_is_not_of_django() -> None:
    commands = "import click\nfrom flask.cli import FlaskGroup\nfrom shop import create_app\n"
    files = {"shop/__init__.py": FACTORY, "shop/manage.py": commands, "requirements.txt": LOCK}

    assert app(decided(files), "preset") == "plain"
    assert app(decided(files), "module") == "shop:create_app()"


def test_translations_of_babel_without_their_compiled_form_are_compiled() -> None:
    folder = "shop/translations/de/LC_MESSAGES"
    lock = f"{LOCK}flask-babel==4.0\n"
    files = {"shop/__init__.py": FACTORY, f"{folder}/messages.po": "", "requirements.txt": lock}

    assert app(decided(files), "build_commands") == ["pybabel compile -d shop/translations"]
    assert app(decided({**files, f"{folder}/messages.mo": ""}), "build_commands") is None
    assert app(decided({**files, "requirements.txt": LOCK}), "build_commands") is None


@pytest.mark.parametrize(
    ("brought_in", "call"),
    [
        ("from flask_migrate import Migrate, upgrade", 'upgrade("shop/migrations")'),
        ("import flask_migrate", "flask_migrate.upgrade()"),
        ("from alembic import command", 'command.upgrade(config, "head")'),
    ],
)
def test_app_that_migrates_when_it_is_loaded_is_loaded_once_before_its_workers(
    brought_in: str, call: str
) -> None:
    code = FACTORY.replace("    return app\n", f"    {call}\n    return app\n")
    files = {"shop/__init__.py": f"{brought_in}\n{code}", "requirements.txt": LOCK}

    commands = app(decided(files), "migrate_commands")
    assert commands == ["python -c 'from shop import create_app; create_app()'"]
    files["wsgi.py"] = "from shop import create_app\napplication = create_app()\n"
    commands = app(decided(files), "migrate_commands")
    assert commands == ["python -c 'from wsgi import application'"]


@pytest.mark.parametrize(
    "code", ['pip.upgrade("x")\n', "@app.cli.command()\ndef deploy():\n    upgrade()\n"]
)
def test_app_that_migrates_by_a_command_alone_is_not_loaded_for_that(code: str) -> None:
    module = f"from flask_migrate import upgrade\n{FACTORY}{code}"

    found = decided({"shop/__init__.py": module, "requirements.txt": LOCK})

    assert app(found, "migrate_commands") is None


def test_app_made_by_a_factory_with_arguments_is_found() -> None:
    files = {
        "shop/__init__.py": FACTORY.replace("config=None", "config"),
        "flasky.py": "from shop import create_app\napp = create_app(os.getenv('MODE') or 'default')\n",
    }

    assert app(decided(files), "module") == "flasky:app"


def test_factory_that_needs_arguments_is_no_app() -> None:
    with pytest.raises(ConfigError, match="no app was found"):
        decided({"shop.py": "def create_app(config):\n    return Flask(__name__)\n"})


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite:///x.db", "in the release, which the app can't write"),
        ("sqlite:////tmp/x.db", "which no backup has"),
    ],
)
def test_database_that_the_code_fixes_is_asked_for_with_what_is_wrong_there(
    url: str, why: str
) -> None:
    code = f'app = Flask(__name__)\napp.config["SQLALCHEMY_DATABASE_URI"] = "{url}"\n'

    assert f"fixes {url}, {why}" in unknown(decided({"app.py": code}))


def test_database_that_the_code_fixes_is_named_with_the_line_to_change() -> None:
    code = 'app = Flask(__name__)\napp.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///x.db"\n'

    assert 'app.py:2: os.environ.get("DATABASE_URL", "sqlite:///x.db")' in unknown(
        decided({"app.py": code})
    )


@pytest.mark.parametrize(
    "code",
    [
        'app.config["SECRET_KEY"] = "hunter2"',
        'app.secret_key = "hunter2"',
        'app.config.from_mapping(SECRET_KEY="hunter2")',
    ],
)
def test_secret_key_that_the_code_fixes_is_named_and_not_shown(code: str) -> None:
    text = unknown(decided({"app.py": f"app = Flask(__name__)\n{code}\n"}))

    assert 'app.py:2: os.environ["SECRET_KEY"]' in text
    assert "hunter2" not in text


def test_flasks_instance_folder_is_named_as_one_that_can_not_be_written() -> None:
    code = 'app = Flask(__name__)\napp.config["DATABASE"] = join(app.instance_path, "x.sqlite")\n'

    assert 'INSTANCE_PATH: "{database}"' in unknown(decided({"app.py": code}))


def test_database_in_memory_is_no_fixed_place() -> None:
    code = 'app = Flask(__name__)\nSQLALCHEMY_DATABASE_URI = "sqlite://"\n'

    assert "place" not in unknown(decided({"app.py": code}))


def test_mounted_static_files_are_served_by_nginx() -> None:
    code = 'app = FastAPI()\napp.mount("/assets", StaticFiles(directory="web/assets"), name="s")\n'
    found = decided({"main.py": code, "web/assets/site.css": ""})

    assert (app(found, "static_directory"), app(found, "static_url")) == ("web/assets", "/assets/")


def test_asgi_apps_get_their_worker() -> None:
    found = decided({"main.py": "from fastapi import FastAPI\napp = FastAPI()\n"})

    assert (app(found, "module"), app(found, "worker_class")) == ("main:app", "asgi")


@pytest.mark.parametrize(
    ("gunicorn", "uvicorn", "worker"),
    [
        ("23.0.0", "0.40.0", "uvicorn_worker.UvicornWorker"),
        ("23.0.0", "0.34.3", "uvicorn.workers.UvicornWorker"),
        ("24.1.0", "0.34.3", "asgi"),
    ],
)
def test_locked_gunicorn_without_the_worker_gets_that_of_uvicorn(
    gunicorn: str, uvicorn: str, worker: str
) -> None:
    files = {
        "main.py": "app = FastAPI()\n",
        "requirements.txt": f"fastapi==0.120\ngunicorn=={gunicorn}\nuvicorn=={uvicorn}\n",
    }

    assert app(decided(files), "worker_class") == worker


def test_starlette_routes_and_settings() -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": (
            "from starlette.config import Config\nconfig = Config('.env')\n"
            "URL = config('DATABASE_URL')\nSECRET = config('SESSION_SECRET')\n"
            "app = Starlette(routes=[Route('/health', up), Route('/', home)])\n"
        ),
        "requirements.txt": "starlette==0.50\nsqlalchemy==2.0\naiosqlite==0.20\n",
    }
    found = decided(files)

    assert app(found, "module") == "app.main:app"
    assert (app(found, "health_path"), app(found, "check_paths")) == ("/health", ["/"])
    assert environment(found) == {"DATABASE_URL": "sqlite+aiosqlite:///{database}/db.sqlite3"}


def test_pydantic_settings_are_variables() -> None:
    files = {
        "main.py": (
            "class Base(BaseAppSettings):\n    mail_url: str\n"
            "class Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='SHOP_')\n"
            "    database_url: str\n    region: str\n    title: str = 'Shop'\n"
            "app = FastAPI()\n"
        ),
        "requirements.txt": "sqlalchemy==2.0\nasyncpg==0.30\nfastapi==0.120\n",
    }
    found = decided(files)

    assert environment(found) == {"SHOP_DATABASE_URL": "postgresql+asyncpg:///shop-site"}
    assert app(found, "database") == "postgresql"
    assert "SHOP_REGION" in unknown(found)
    assert "MAIL_URL" in unknown(found)
    assert "SHOP_TITLE" not in unknown(found)


def test_src_layout_is_put_on_the_path() -> None:
    found = decided(
        {"src/shop/__init__.py": FACTORY, "pyproject.toml": "", "migrations/env.py": ""}
    )

    assert app(found, "subdirectory") is None
    assert app(found, "module") == "shop:create_app()"
    assert environment(found)["PYTHONPATH"] == "src"


def test_app_in_a_folder_with_its_own_requirements() -> None:
    found = decided(
        {"backend/main.py": "app = FastAPI()\n", "backend/requirements.txt": "fastapi\n"}
    )

    assert app(found, "subdirectory") == "backend"
    assert app(found, "module") == "main:app"
    assert app(found, "requirements") == "requirements.txt"


def test_two_apps_are_refused_unless_a_procfile_names_one() -> None:
    files = {"api/main.py": "app = FastAPI()\n", "web/main.py": "app = FastAPI()\n"}

    with pytest.raises(ConfigError, match="there are 2 apps here"):
        decided(files)
    found = decided(
        {**files, "Procfile": "web: gunicorn -k uvicorn_worker.UvicornWorker web.main:app\n"}
    )
    assert app(found, "module") == "web.main:app"


def test_apps_of_tests_and_documentation_do_not_count() -> None:
    files = {"app.py": "app = Flask(__name__)\n"}
    aside = {"tests/app.py": "app = FastAPI()\n", "docs/src/main.py": "app = FastAPI()\n"}

    assert decided({**files, **aside}).kind == "Flask"


def test_own_gunicorn_settings_are_taken_over() -> None:
    files = {"app.py": "app = Flask(__name__)\n", "gunicorn.conf.py": "workers = 5\ntimeout = 60\n"}
    found = decided(files)

    assert (app(found, "workers"), app(found, "request_timeout")) == (5, 60)


@pytest.mark.parametrize("files", [{}, {"README.md": "", "x.py": "print(1)\n"}])
def test_repository_without_an_app_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"empty|no app was found"):
        decided(files)


@pytest.mark.parametrize("folder", ["shop", "src/shop"])
def test_static_folder_of_flask_is_served_from_the_source(folder: str) -> None:
    files = {
        f"{folder}/__init__.py": FACTORY,
        f"{folder}/static/shop.css": "",
        "requirements.txt": LOCK,
    }

    found = decided(files)

    assert app(found, "static_directory") in ("shop/static", "src/shop/static")


def test_static_folder_beside_the_factory_is_found_behind_wsgi_py() -> None:
    files = {
        "shop/__init__.py": FACTORY,
        "shop/static/shop.css": "",
        "wsgi.py": "from shop import create_app\napp = create_app()\n",
    }

    assert app(decided(files), "static_directory") == "shop/static"


def test_static_files_that_flask_has_elsewhere_are_left_to_it() -> None:
    code = 'from flask import Flask\napp = Flask(__name__, static_url_path="/assets")\n'

    found = decided({"app.py": code, "static/shop.css": ""})

    assert "static_directory" not in found.app
    assert any("Flask serves them" in note for note in found.notes)


def test_list_of_pydantic_settings_is_json() -> None:
    files = {
        "main.py": (
            "class Settings(BaseSettings):\n    allowed_hosts: List[str] = ['*']\n"
            "    trusted_origins: list[str] = []\napp = FastAPI()\n"
        ),
    }

    assert environment(decided(files)) == {
        "ALLOWED_HOSTS": '["{domain}"]',
        "TRUSTED_ORIGINS": '["{origin}"]',
    }


def test_setting_that_is_put_together_of_others_is_left_alone() -> None:
    files = {
        "main.py": (
            "class Settings(BaseSettings):\n    HOST: str = 'localhost'\n"
            "    POSTGRES_URI: str = f'user@{HOST}/shop'\napp = FastAPI()\n"
        ),
    }

    assert environment(decided(files)) == {}


def test_databases_of_tests_and_of_the_authors_machine_are_left_alone() -> None:
    files = {
        "app.py": (
            "import os\nA = os.environ.get('TEST_DATABASE_URL')\n"
            "B = os.environ.get('DEV_DATABASE_URL')\nC = os.environ.get('DATABASE_URL')\n"
            "app = Flask(__name__)\n"
        ),
    }

    assert list(environment(decided(files))) == ["DATABASE_URL"]


def test_redis_that_the_app_finds_by_its_host() -> None:
    files = {
        "main.py": (
            "import os\nHOST = os.getenv('REDIS_CACHE_HOST', 'localhost')\napp = FastAPI()\n"
        ),
        "requirements.txt": "fastapi==0.120\nredis==5.0\n",
    }
    found = decided(files)

    assert environment(found) == {"REDIS_CACHE_HOST": "127.0.0.1"}
    assert found.host["packages"].value == ["redis-server"]


def test_configuration_that_a_variable_chooses_is_the_one_for_servers() -> None:
    files = {
        "config.py": (
            'config = {"development": Development, "production": Production,'
            ' "default": Development}\n'
        ),
        "flasky.py": (
            "import os\nfrom shop import create_app\n"
            "app = create_app(os.getenv('FLASK_CONFIG') or 'default')\n"
        ),
        "shop/__init__.py": FACTORY.replace("config=None", "config"),
    }

    assert environment(decided(files))["FLASK_CONFIG"] == "production"


def test_part_of_an_address_is_no_place_of_a_database() -> None:
    code = 'app = FastAPI()\nDATABASE_URL = "sqlite:///"\n'

    assert unknown(decided({"app.py": code})).count("database's place") == 0


def test_log_goes_to_the_journal_where_a_variable_asks() -> None:
    code = "import os\nLOG = os.environ.get('LOG_TO_STDOUT')\napp = Flask(__name__)\n"

    assert environment(decided({"app.py": code})) == {"LOG_TO_STDOUT": "True"}


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("h = RotatingFileHandler('logs/shop.log')\n", True),
        (
            "DIR = os.path.join(os.path.dirname(__file__), 'logs')\n"
            "PATH = os.path.join(DIR, 'a.log')\nh = logging.FileHandler(PATH)\n",
            True,
        ),
        ("h = logging.FileHandler('/var/log/shop.log')\n", False),
        ("DIR = os.environ['LOG_DIR']\nh = logging.FileHandler(DIR + '/a.log')\n", False),
        ("if not os.getenv('LOG_TO_STDOUT'):\n    logging.FileHandler('a.log')\n", False),
        ("h = logging.StreamHandler()\n", False),
    ],
)
def test_log_file_beside_the_code_is_named(code: str, named: bool) -> None:
    text = unknown(decided({"app.py": f"import os, logging\napp = Flask(__name__)\n{code}"}))

    assert ("a place for the log: app.py:" in text) == named


def test_older_flask_has_the_app_by_a_variable_and_no_check_of_migrations() -> None:
    files = {
        "shop.py": "from flask import Flask\napp = Flask(__name__)\n",
        "migrations/env.py": "",
        "requirements.txt": "flask==2.1.3\nflask-migrate==4.0.1\n",
    }
    found = decided(files)

    assert app(found, "migrate_commands") == ["flask db upgrade"]
    assert app(found, "migrations_pending") is None
    assert environment(found) == {"FLASK_APP": "shop:app"}
