"""pylock.toml of PEP 751, as uv and pip write it."""

import pytest

from understudy.errors import ConfigError
from understudy.release.locks import pylock

LOCK = f"""
lock-version = "1.0"
created-by = "a tool"
requires-python = ">=3.11"
extras = ["prod"]
dependency-groups = ["web", "dev"]
default-groups = ["web"]

[[packages]]
name = "django"
version = "5.2"
index = "https://pypi.org/simple"
[packages.sdist]
url = "https://x.test/django-5.2.tar.gz"
hashes = {{ sha256 = "{"a" * 64}" }}
[[packages.wheels]]
url = "https://x.test/django-5.2-py3-none-any.whl"
hashes = {{ sha256 = "{"b" * 64}" }}

[[packages]]
name = "gunicorn"
version = "23.0.0"
marker = "'prod' in extras and sys_platform == 'linux'"
index = "https://pypi.x.test/simple"
[[packages.wheels]]
url = "https://x.test/gunicorn-23.0.0-py3-none-any.whl"
hashes = {{ sha256 = "{"c" * 64}" }}

[[packages]]
name = "shared"
marker = "'dev' in dependency_groups or 'web' in dependency_groups"
directory = {{ path = "libs/shared", editable = false }}

[[packages]]
name = "tools"
vcs = {{ type = "git", url = "https://x.test/tools.git", commit-id = "{"d" * 40}" }}
"""


def lines(*extras: str, text: str = LOCK) -> list[str]:
    return list(pylock.lines(text, "pylock.toml", extras, ()))


def test_each_kind_of_package_becomes_a_line() -> None:
    assert lines("prod") == [
        "# requires-python: >=3.11",
        "--index-url https://pypi.org/simple",
        "--extra-index-url https://pypi.x.test/simple",
        f"django==5.2 --hash=sha256:{'b' * 64} --hash=sha256:{'a' * 64}",
        'gunicorn==23.0.0 ; python_version >= "0" and sys_platform == "linux"'
        f" --hash=sha256:{'c' * 64}",
        'shared @ ./libs/shared ; python_version < "0" or python_version >= "0"',
        f"tools @ git+https://x.test/tools.git@{'d' * 40}",
    ]


def test_extra_that_deploy_yml_does_not_name_holds_on_no_host() -> None:
    [gunicorn] = [line for line in lines() if line.startswith("gunicorn")]

    assert gunicorn.startswith('gunicorn==23.0.0 ; python_version < "0" and')


@pytest.mark.parametrize("text", ["", "x", 'lock-version = "9.0"\ncreated-by = "x"\npackages = []'])
def test_file_of_another_kind_is_reported(text: str) -> None:
    with pytest.raises(ConfigError, match=r"pylock\.toml can't be read") as raised:
        lines(text=text)

    assert raised.value.details
