"""What a release knows of the messages that its host sends by its clock. Pure."""

import json

from understudy.config import mail
from understudy.config.model import Config
from understudy.config.overdue import DAYS_TO_WARN
from understudy.config.target import TargetConfig

PROGRAM, SETTINGS = "understudy_notify.py", "notify.json"


def as_text(config: Config, target: TargetConfig) -> str:
    """The settings as JSON. sends: to people. catcher: the port of the host's own one, 0 without."""
    settings = {
        "site": config.app.name,
        "domain": target.domain,
        "https": target.has_https,
        "days": DAYS_TO_WARN,
        "to": config.notify.to,
        "events": config.notify.events,
        "sends": config.notifies(target),
        "catcher": mail.port_of(config.app.name) if target.captures_mail else 0,
    }
    return json.dumps(settings, indent=1) + "\n"
