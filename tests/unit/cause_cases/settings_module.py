"""Cases of rules: which module of settings is used, and DEBUG in it."""

from tests.unit.cause_cases.base import HEALTHY, Case, facts, said

DIFFER = said(
    "app.module runs with the settings todo.demo, and manage.py with todo.live; DEBUG is on in todo.demo"
)
WSGI = 'import os\nos.environ["DJANGO_SETTINGS_MODULE"] = "todo.demo"\n'
LIVE = {"DJANGO_SETTINGS_MODULE": "todo.live"}
DEBUG = said("DEBUG is on in todo.settings")
CASES = {
    "settings-named-in-code": Case(
        DIFFER,
        facts({"todo/wsgi.py": WSGI}, environment=LIVE),
        facts({"todo/wsgi.py": WSGI.replace("demo", "other")}, environment=LIVE),
    ),
    "settings-by-default": Case(DIFFER, HEALTHY, facts(environment=LIVE)),
    "debug-on-by-environment": Case(DEBUG, facts(environment={"DEBUG": "1"}), HEALTHY),
    "debug-on-in-settings": Case(
        DEBUG,
        facts({"todo/settings.py": "DEBUG = True\n"}),
        facts({"todo/settings.py": "DEBUG = True\nDEBUG = False\n"}),
    ),
    "debug-on": Case(said("DEBUG is on in todo.settings_local"), HEALTHY),
}
