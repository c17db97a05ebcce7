"""Cases of rules: files that a release lacks."""

from tests.unit.cause_cases.base import (
    HEALTHY,
    NO_STATIC,
    NO_TEMPLATE,
    PLAIN,
    SOURCE,
    Case,
    facts,
    no_module,
    not_started,
    not_there,
    raised,
    said,
)

MISSING = {
    "file": (not_there("data/words.txt"), "data/words.txt", "data/Words.txt"),
    "template": (NO_TEMPLATE, "lists/templates/lists/home.html", "lists/templates/lists/Home.html"),
    "static-file": (NO_STATIC, "lists/static/lists/a.css", "lists/static/lists/A.css"),
    "module": (no_module("lists.forms"), "lists/forms.py", "lists/Forms.py"),
    "module-of-a-package": (
        said(f"ImportError: cannot import name 'forms' from 'lists' ({SOURCE}/lists/__init__.py)"),
        "lists/forms.py",
        "lists/Forms.py",
    ),
}
CASES = {
    f"{kind}-{state}": Case(words, true, facts({path: ""}))
    for kind, (words, path, other) in MISSING.items()
    for state, true in (
        ("not-committed", facts(untracked=(path,))),
        ("ignored", facts(ignored=(path,))),
        ("export-ignored", facts(left_out=(path,))),
        ("in-other-case", facts({other: ""})),
    )
} | {
    "module-in-submodule": Case(
        no_module("shared"),
        facts(modes={"lib": "160000"}, submodules={"lib": ("shared/__init__.py",)}),
        facts(modes={"lib": "160000"}, submodules={"lib": ("other.py",)}),
    ),
    "name-in-submodule": Case(
        said("ImportError: cannot import name 'X' from 'shared' (unknown location)"),
        facts(modes={"shared": "160000"}, submodules={"shared": ("__init__.py",)}),
        HEALTHY,
    ),
    "file-in-submodule": Case(
        not_there("lib/words.txt"),
        facts(modes={"lib": "160000"}, submodules={"lib": ("words.txt",)}),
        facts(modes={"lib": "160000"}, submodules={"other": ("words.txt",)}),
    ),
    "not-executable": Case(
        said(not_started("PermissionError: [Errno 13] Permission denied: './prepare'")),
        facts({"prepare": "#!/bin/sh\n"}),
        facts({"prepare": "#!/bin/sh\n"}, modes={"prepare": "100755"}),
    ),
    "windows-line-ends": Case(
        said("==> ./prepare.py\n/usr/bin/env: 'python3\\r': No such file or directory"),
        facts({"prepare.py": "#!/usr/bin/env python3\r\n"}),
        facts({"prepare.py": "#!/usr/bin/env python3\n"}),
    ),
    "interpreter-missing": Case(
        said(not_started("FileNotFoundError: [Errno 2] No such file or directory: './prepare'")),
        facts({"prepare": "#!/bin/zsh\n"}),
        HEALTHY,
    ),
    "log-file": Case(
        not_there("/var/log/todo.log"),
        facts({"todo/settings.py": "LOG = '/var/log/todo.log'"}),
        HEALTHY,
    ),
    "log-file-in-source": Case(
        not_there("logs/todo.log"), HEALTHY, facts({"logs/todo.log": "kept"})
    ),
    "uncommitted-change": Case(
        said(
            f"ImportError: cannot import name 'WORDS' from 'lists.forms' ({SOURCE}/lists/forms.py)"
        ),
        facts({"lists/forms.py": PLAIN}, modified=("lists/forms.py",)),
        facts({"lists/forms.py": "import x\nWORDS = x.y"}, modified=("lists/forms.py",)),
    ),
    "uncommitted-change-of-module": Case(
        said(raised("AttributeError: module 'lists.forms' has no attribute 'WORDS'")),
        facts({"lists/forms.py": PLAIN}, modified=("lists/forms.py",)),
        facts({"lists/forms.py": PLAIN}),
    ),
    "module-missing": Case(
        no_module("todo.server"), HEALTHY, facts({"todo/server.py": "import odd"})
    ),
    "name-not-in-utf-8": Case(
        said("UnicodeEncodeError: 'utf-8' codec can't encode character '\\udce9' in position 1"),
        facts({"lists/static/caf\ufffd.css": ""}),
        HEALTHY,
    ),
    "path-only-in-manage": Case(
        no_module("lists"),
        facts(
            {
                "apps/lists/__init__.py": "",
                "manage.py": "import sys\nsys.path.insert(0, str(BASE / 'apps'))\n",
            }
        ),
        facts({"apps/lists/__init__.py": ""}),
    ),
    "module-in-another-folder": Case(
        no_module("lists"), facts({"apps/lists/__init__.py": ""}), facts({"lists/__init__.py": ""})
    ),
}
