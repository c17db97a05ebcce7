"""`verify.commands` in deploy.yml: what it may say, and each mistake with its line."""

from typing import Any

import pytest
import yaml

from understudy.config import model as configuration
from understudy.config.test_commands import TestCommand
from understudy.errors import ConfigError

HEAD = """\
app: {name: shop, source: ., module: shop.wsgi:application}
targets:
  staging: {domain: shop.test, address: 192.0.2.7, admin: debian}
"""


def parsed(*commands: Any) -> tuple[TestCommand, ...]:
    text = HEAD + yaml.safe_dump({"verify": {"commands": list(commands)}})
    return configuration.parse(text).verify.commands


def refused(*commands: Any) -> str:
    with pytest.raises(ConfigError) as raised:
        parsed(*commands)
    return raised.value.details


def test_command_alone_is_enough() -> None:
    one, other = parsed("npx playwright test", ["python", "manage.py", "test", "e2e tests"])

    assert (one.command, one.title) == (("npx", "playwright", "test"), "npx playwright test")
    assert other.title == "python manage.py test 'e2e tests'"
    assert (one.directory, one.junit, one.timeout) == (".", None, 600)


def test_command_may_name_the_site() -> None:
    [one] = parsed(
        {"command": "cypress run --config baseUrl={url}", "environment": {"SERVER": "{domain}"}}
    )

    assert one.command[-1] == "baseUrl={url}"
    assert one.environment == {"SERVER": "{domain}"}


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ({"command": "curl {host}"}, "no placeholders but {url}, {domain}, {address}"),
        ({"command": "curl", "environment": {"A": "{static}"}}, "no placeholders but {url}"),
        ({"command": "true", "junit": "/etc/x.xml"}, "a path within the project"),
        ({"command": "true", "directory": "../other"}, "a path within the project"),
        ({"command": "true", "timeout": 0}, "must be a whole number from 1 to 86400"),
        ({"command": "true", "timout": 5}, "did you mean timeout?"),
        ({"command": "cd e2e && npm test"}, "needs a shell"),
        ({"junit": "a.xml"}, "missing"),
    ],
)
def test_mistake_is_shown_with_its_key(command: Any, message: str) -> None:
    details = refused(command)

    assert "verify.commands.0" in details
    assert message in details


def test_two_commands_of_one_name_are_refused() -> None:
    """The report has their tests by their names."""
    assert "two commands of one name" in refused("npm test", ["npm", "test"])


def test_no_list_is_refused() -> None:
    with pytest.raises(ConfigError, match="mistake") as raised:
        configuration.parse(f"{HEAD}verify: {{commands: npx playwright test}}")
    assert "must be a list, for example" in raised.value.details
