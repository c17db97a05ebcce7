"""How the user called Understudy. Messages name commands as `python deploy.py VERB` and pages as docs/PAGE.md;
here each becomes the command that this user types.
"""

import re
import shlex
from dataclasses import dataclass

DEPLOY_PY, INSTALLED = "python deploy.py", "understudy"
_COMMAND = re.compile(re.escape(DEPLOY_PY) + r"(?![\w-])(?P<config> --config)?")
# A page, with the backquotes around it.
_PAGE = re.compile(r"`?(?<![\w/.-])(?<!help )(?P<page>docs/[a-z-]+\.md(?:#[\w-]+)?)`?")
# A command about a target, and the sentence that it's in doesn't name one.
_WITHOUT_TARGET = re.compile(
    re.escape(DEPLOY_PY)
    + r" (?:deploy|rollback|restore|releases|backup|provision)\b(?![^`\n,.;]*--target)"
)


@dataclass(frozen=True)
class Called:
    """program: DEPLOY_PY or INSTALLED. config: the value of --config. has_docs: whether the project's folder
    has the pages, as in a checkout of Understudy.
    """

    program: str = DEPLOY_PY
    config: str | None = None
    has_docs: bool = True

    def text(self, text: str) -> str:
        """A message of Understudy, with its commands as this user calls them."""
        if self == Called():
            return text
        named = f" --config {shlex.quote(self.config)}" if self.config is not None else ""
        text = _COMMAND.sub(lambda found: self.program + (found["config"] or named), text)
        return text if self.has_docs else _PAGE.sub(rf"`{self.program} help \g<page>`", text)


def about_target(hint: str, target: str) -> str:
    """The hint's commands for that target: not for another host."""
    return _WITHOUT_TARGET.sub(lambda found: f"{found[0]} --target {target}", hint)
