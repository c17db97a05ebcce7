"""Variables that turn something on or off: the text that init writes means that to the code which reads it."""

from typing import Any

import pytest

from tests.unit.project.apps import by_environment, decided, django, environment, unknown

_TRUE = '_TRUE = {"yes", "y"}\n'
# What a file of settings defines, and the expression that reads SWITCH.
IDIOMS = {
    "equals 1": ("", 'os.environ.get("SWITCH") == "1"'),
    "equals True": ("", 'os.environ.get("SWITCH", "False") == "True"'),
    "equals a word of the app": ("", 'os.getenv("SWITCH", "no") == "enabled"'),
    "required, equals": ("", 'os.environ["SWITCH"] == "on"'),
    "turned around": ("", '"yes" == os.environ.get("SWITCH")'),
    "lower": ("", 'os.environ.get("SWITCH", "").lower() == "true"'),
    "strip and lower": ("", 'os.environ.get("SWITCH", "0").strip().lower() in ("1", "yes")'),
    "in a list": ("", 'os.environ.get("SWITCH") in ["yes", "sure"]'),
    "in a set": ("", 'os.environ.get("SWITCH", "f").lower() in {"t", "tr"}'),
    "in a constant": (_TRUE, 'os.environ.get("SWITCH") in _TRUE'),
    "not equal": ("", 'os.environ.get("SWITCH", "1") != "0"'),
    "not in": ("", 'os.environ.get("SWITCH", "").lower() not in ("false", "0", "")'),
    "int": ("", 'int(os.environ.get("SWITCH", 0))'),
    "bool of int": ("", 'bool(int(os.environ.get("SWITCH", "0")))'),
    "int compared": ("", 'int(os.getenv("SWITCH", "0")) == 1'),
    "bool of text": ("", 'bool(os.environ.get("SWITCH"))'),
    "text": ("", 'os.environ.get("SWITCH", "")'),
    "is set": ("", 'os.environ.get("SWITCH") is not None and os.environ["SWITCH"] != "off"'),
    "json": ("import json\n", 'json.loads(os.environ.get("SWITCH", "false"))'),
    "literal": ("import ast\n", 'ast.literal_eval(os.environ.get("SWITCH", "False"))'),
    "mapping": ("", '{"yes": True, "no": False}[os.environ.get("SWITCH", "no")]'),
    "mapping with get": ("", '{"on": True}.get(os.environ.get("SWITCH", ""), False)'),
    "startswith": ("", 'os.environ.get("SWITCH", "n").lower().startswith("y")'),
    "conditional": ("", 'True if os.environ.get("SWITCH") == "ja" else False'),
    "or": ("", '(os.environ.get("SWITCH") or "0") == "1"'),
    "import of environ": ("from os import environ\n", 'environ.get("SWITCH") == "1"'),
    "import of getenv": ("from os import getenv\n", 'getenv("SWITCH") == "1"'),
    "name on the way": ('_RAW = os.environ.get("SWITCH")\n', '_RAW == "1"'),
    "helper": ('def flag(name):\n    return os.environ.get(name) == "1"\n', 'flag("SWITCH")'),
    "helper with default": (
        "def env_bool(name, default=False):\n"
        '    """On or off."""\n'
        "    value = os.environ.get(name)\n"
        "    if value is None:\n"
        "        return default\n"
        '    return value.strip().lower() in ("1", "yes")\n',
        'env_bool("SWITCH", default=True)',
    ),
    "helper that refuses": (
        "def flag(name: str, *, default: bool = False) -> bool:\n"
        "    raw = os.environ.get(name, str(default)).lower()\n"
        '    if raw in ("y", "yes"):\n        return True\n'
        '    elif raw in ("n", "no"):\n        return False\n'
        "    raise ValueError(raw)\n",
        'flag("SWITCH")',
    ),
    "helper with try": (
        "def flag(name):\n    try:\n        return int(os.environ[name]) > 0\n"
        "    except (KeyError, ValueError):\n        return False\n",
        'flag("SWITCH")',
    ),
    "helper that names no variable": (
        'def switched():\n    return os.environ.get("SWITCH") == "1"\n',
        "switched()",
    ),
    "helper with a prefix": (
        'def flag(name):\n    return os.environ.get(f"SW{name}") == "1"\n',
        'flag("ITCH")',
    ),
    "helper of a helper": (
        "def env(name, default=None):\n    return os.environ.get(name, default)\n"
        'def flag(name):\n    return env(name, "off") == "on"\n',
        'flag("SWITCH")',
    ),
    "helper for the text": (
        'def truthy(text):\n    return str(text).lower() in ("1", "yes")\n',
        'truthy(os.environ.get("SWITCH"))',
    ),
    "lambda": ("", 'not os.environ.get("SWITCH") == "no"'),
}
# The same where a library reads it, with a text for on and one for off that it takes.
LIBRARIES = {
    "django-environ": (
        "import environ\nenv = environ.Env()\n",
        'env.bool("SWITCH", default=False)',
        "True",
        "False",
    ),
    "django-environ, declared": (
        "import environ\nenv = environ.Env(SWITCH=(bool, False))\n",
        'env("SWITCH")',
        "True",
        "False",
    ),
    "django-environ, int": (
        "import environ\nenv = environ.Env()\n",
        'env.int("SWITCH", 0)',
        "1",
        "0",
    ),
    "django-environ, text": (
        "import environ\nenv = environ.Env()\n",
        'env("SWITCH", default="no") == "yes"',
        "yes",
        "False",
    ),
    "environs": (
        "from environs import Env\nenv = Env()\n",
        'env.bool("SWITCH", False)',
        "True",
        "False",
    ),
    "decouple": (
        "from decouple import config\n",
        'config("SWITCH", default=False, cast=bool)',
        "True",
        "False",
    ),
    "decouple, int": ("from decouple import config\n", 'config("SWITCH", cast=int)', "1", "0"),
    "decouple, text": ("from decouple import config\n", 'config("SWITCH") == "1"', "1", "False"),
    "decouple, lambda": (
        "from decouple import config\n",
        'config("SWITCH", cast=lambda text: text == "ja")',
        "ja",
        "False",
    ),
    "strtobool": (
        "from distutils.util import strtobool\n",
        'bool(strtobool(os.environ.get("SWITCH", "0")))',
        "True",
        "False",
    ),
    "starlette": (
        "from starlette.config import Config\nconfig = Config('.env')\n",
        'config("SWITCH", cast=bool, default=False)',
        "True",
        "False",
    ),
}


def _settings(definitions: str, *lines: str) -> str:
    debug = 'DEBUG = os.environ.get("DEBUG") == "1"\n'
    text = by_environment().replace(debug, "")
    return "\n".join([f"import os\n{definitions}", text, *lines, ""])


def _run(definitions: str, expression: str) -> Any:
    names: dict[str, Any] = {}
    exec(f"import os\n{definitions}\nfound = {expression}", names)  # noqa: S102
    return names["found"]


@pytest.mark.parametrize(("definitions", "expression"), IDIOMS.values(), ids=IDIOMS.keys())
def test_text_of_init_turns_secure_cookies_on(
    definitions: str, expression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = decided(django(_settings(definitions, f"CSRF_COOKIE_SECURE = {expression}")))
    monkeypatch.setenv("SWITCH", environment(found)["SWITCH"])

    assert _run(definitions, expression)
    assert "SWITCH" not in unknown(found)


@pytest.mark.parametrize(("definitions", "expression"), IDIOMS.values(), ids=IDIOMS.keys())
def test_text_of_init_turns_debug_off(
    definitions: str, expression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = decided(django(_settings(definitions, f"DEBUG = {expression}")))
    monkeypatch.setenv("SWITCH", environment(found)["SWITCH"])

    assert not _run(definitions, expression)
    assert "SWITCH" not in unknown(found)


@pytest.mark.parametrize(
    ("definitions", "expression", "on", "off"), LIBRARIES.values(), ids=LIBRARIES.keys()
)
def test_library_gets_a_text_that_it_takes(
    definitions: str, expression: str, on: str, off: str
) -> None:
    secure = decided(django(_settings(definitions, f"CSRF_COOKIE_SECURE = {expression}")))
    debug = decided(django(_settings(definitions, f"DEBUG = {expression}")))

    assert (environment(secure)["SWITCH"], environment(debug)["SWITCH"]) == (on, off)


@pytest.mark.parametrize(
    "line",
    [
        "from shop.helpers import flag",
        "from .helpers import flag",
        "from .helpers import *",
        "from shop.env import flag",
    ],
)
def test_helper_of_another_file_is_read(line: str) -> None:
    files = django(_settings(line, 'SESSION_COOKIE_SECURE = flag("HTTPS")'))
    files["shop/helpers.py"] = (
        'import os\nYES = ("yes",)\ndef flag(name):\n    return os.environ.get(name) in YES\n'
    )
    files["shop/env.py"] = "from shop.helpers import flag\n"

    assert environment(decided(files))["HTTPS"] == "yes"


def test_helper_by_its_module() -> None:
    files = django(_settings("from shop import helpers", 'DEBUG = helpers.flag("SHOW")'))
    files["shop/helpers.py"] = "import os\ndef flag(name):\n    return bool(os.environ.get(name))\n"

    assert environment(decided(files))["SHOW"] == ""


def test_setting_that_depends_on_debug_is_worked_out_as_on_a_server() -> None:
    more = 'SESSION_COOKIE_SECURE = not DEBUG and os.environ.get("HTTPS") == "1"'
    settings = _settings("", 'DEBUG = os.environ.get("DEBUG", "1") == "1"', more)

    found = environment(decided(django(settings)))
    assert (found["DEBUG"], found["HTTPS"]) == ("False", "1")


def test_text_that_can_not_be_known_is_a_guess_that_is_said() -> None:
    settings = _settings(
        "from vendor import to_flag", 'SESSION_COOKIE_SECURE = to_flag(os.environ["HTTPS"])'
    )
    found = decided(django(settings))

    assert found.environment["HTTPS"].value == "True"
    assert found.environment["HTTPS"].why.startswith("a guess: which text means on? shop/settings")
    assert "the text of HTTPS that means on (shop/settings.py:" in unknown(found)


@pytest.mark.parametrize(
    ("value", "is_clear"),
    [("config.secure", False), ("not DEBUG", True), ("False", True), ("DEBUG or True", True)],
)
def test_cookies_that_init_can_not_follow_are_asked_for(value: str, is_clear: bool) -> None:
    settings = _settings("from shop.own import config", f"SESSION_COOKIE_SECURE = {value}")
    text = unknown(decided(django(settings)))

    assert ("whether SESSION_COOKIE_SECURE is on: shop/settings.py:" not in text) == is_clear


@pytest.mark.parametrize(
    ("test", "value"),
    [
        ('os.environ.get("WHERE") == "production"', "production"),
        ('os.environ.get("WHERE", "dev") in ("live", "staging")', "live"),
        ('int(os.environ.get("WHERE", "0"))', "1"),
        ('"WHERE" in os.environ', "1"),
    ],
)
def test_branch_for_servers_is_taken_by_the_text_that_it_asks_for(test: str, value: str) -> None:
    branch = f"DEBUG = True\nif {test}:\n    DEBUG = False\n"

    assert environment(decided(django(_settings("", branch))))["WHERE"] == value


def test_other_branch_for_servers_is_taken_too() -> None:
    branch = 'if os.environ.get("WHERE") != "live":\n    DEBUG = True\nelse:\n    DEBUG = False\n'
    by_default = branch.replace('!= "live"', '== "dev"')

    assert environment(decided(django(_settings("", branch))))["WHERE"] == "live"
    assert "WHERE" not in environment(decided(django(_settings("", by_default))))


@pytest.mark.parametrize(
    ("code", "off"),
    [
        ('app.config["DEBUG"] = os.environ.get("DEBUG") == "1"', "False"),
        ('app.config["DEBUG"] = os.environ.get("DEBUG")', ""),
        ('app.run(debug=int(os.environ.get("DEBUG", "0")))', "0"),
        ('class Config:\n    DEBUG = os.environ.get("DEBUG") not in ("0", "off")', "0"),
        ('app.testing = PRODUCTION = os.environ.get("DEBUG") != "1"', "False"),
        ('if os.environ.get("DEBUG"):\n    app.debug = True', ""),
        ("class S(BaseSettings):\n    debug: bool = True", "False"),
        ("class S(BaseSettings):\n    debug: int | None = 1", "0"),
    ],
)
def test_debug_of_an_app_without_django_is_off(code: str, off: str) -> None:
    found = decided(
        {"app.py": f"import os\nfrom flask import Flask\napp = Flask(__name__)\n{code}\n"}
    )

    assert environment(found)["DEBUG"] == off
