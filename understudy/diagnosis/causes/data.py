"""The database and its migrations."""

import re

from understudy.diagnosis.causes.checks import in_commit, not_written, on_disk, own_line, setting
from understudy.diagnosis.rules import Clue, Groups, Rule
from understudy.release.commit_facts import CommitFacts

_NO_TABLE = r"no such table: (?P<what>\w+)|relation \"(?P<relation>\w+)\" does not exist"
_NO_COLUMN = Clue("said", r"no such (?:column|table): |(?:column|relation) \S+ does not exist")
_CHANGED_MODELS = Clue("said", r"^Migrations for '(?P<app>\w+)':")
# What a migration of the app itself was doing when it failed, and how that ended.
_IN_MIGRATION = Clue(
    "said",
    r'/source/(?P<file>\S+/migrations/\d\w*\.py)", line (?P<line>\d+), in [a-z]\w*\n'
    r"(?:.*\n)*?(?P<error>(?!EOFError)[A-Z]\w*(?:\.\w+)*: .*)$",
)
_MIGRATION = r"(?:.*/)?{app}/migrations/"


def _is_the_apps_own(commit: CommitFacts, groups: Groups) -> bool:
    """Its source is in the commit: a package's migrations are not the developer's to make."""
    return any(re.fullmatch(rf"(?:.*/)?{groups['app']}/.*\.py", path) for path in commit.committed)


def _app_of_model(commit: CommitFacts, groups: Groups) -> str:
    """`app.Model` of the commit's model of that name, in small letters as Django says it."""
    declared = re.compile(rf"^class ({groups['model']})\(", re.MULTILINE | re.IGNORECASE)
    for path, text in commit.texts.items():
        place = re.fullmatch(r"(?:.*/)?(\w+)/models(?:\.py|/.*\.py)", path)
        if place and (found := declared.search(text)):
            return f"{place[1]}.{found[1]}"
    return ""


def _has_both(commit: CommitFacts, groups: Groups) -> bool:
    leaves = groups["leaves"].split(", ")
    return all(
        commit.find("committed", _MIGRATION.replace("{app}", groups["app"]) + f"{leaf}\\.py")
        for leaf in leaves
    )


def _lacks_parent(commit: CommitFacts, groups: Groups) -> bool:
    path = _MIGRATION.replace("{app}", groups["app"]) + f"{groups['parent']}\\.py"
    return _is_the_apps_own(commit, groups) and commit.find("committed", path) is None


def _a_migration_has_the_column(commit: CommitFacts, groups: Groups) -> bool:
    column = (groups.get("name") or groups["column"]).rpartition(".")[2].split(",")[0].strip()
    migrations = (text for path, text in commit.texts.items() if "/migrations/" in path)
    return any(re.search(rf"\b{re.escape(column)}\b", text) for text in migrations)


_MAKE = (
    "python manage.py makemigrations {app}, and commit what it writes. For an app whose migrations are not "
    "yours to make, list app.release_commands without makemigrations."
)
_FILES = (
    Rule(
        "migration-not-committed",
        (_CHANGED_MODELS,),
        "the migration {found} is not committed",
        "git add --force {found}, and commit it.",
        (on_disk("untracked", _MIGRATION + r"\d\w*\.py"),),
    ),
    Rule(
        "migration-ignored",
        (_CHANGED_MODELS,),
        "the migration {found} is not committed",
        "git add --force {found}, and commit it.",
        (on_disk("ignored", _MIGRATION + r"\d\w*\.py"),),
    ),
    Rule(
        "migration-forgotten",
        (_CHANGED_MODELS,),
        "the models of '{app}' have changed, and no migration says so",
        _MAKE,
        (in_commit(_is_the_apps_own),),
    ),
    *(
        Rule(
            name,
            (Clue("said", words),),
            "the migration for {found} is missing: its model has changed",
            "python manage.py makemigrations, answer what it asks, and commit what it writes.",
            (in_commit(_app_of_model),),
        )
        for name, words in (
            (
                "migration-that-asks",
                r"Field '\w+' on model '(?P<model>\w+)' not migrated: it is impossible",
            ),
            (
                "migration-that-asks-for-a-rename",
                r"(?:Was|Did you rename) (?:the )?(?P<model>\w+)\.\w+ (?:renamed )?to \w+\.\w+",
            ),
            (
                "migration-that-asks-for-a-default",
                r"impossible to (?:add a|change a nullable) .*field '\w+' (?:on|to) (?P<model>\w+)",
            ),
        )
    ),
    Rule(
        "migrations-in-conflict",
        (
            Clue(
                "said",
                r"multiple leaf nodes in the migration graph: \((?P<leaves>.*) in (?P<app>\w+)\)",
            ),
        ),
        "two migrations of '{app}' are both the last one: {leaves}",
        "python manage.py makemigrations --merge, and commit what it writes.",
        (in_commit(_has_both),),
    ),
    Rule(
        "migration-without-parent",
        (
            Clue(
                "said",
                r"Migration (?P<name>\S+) dependencies reference nonexistent parent node "
                r"\('(?P<app>\w+)', '(?P<parent>\w+)'\)",
            ),
        ),
        "the migration {name} comes after {app}.{parent}, which is not there",
        "Commit {parent}, or name the last migration that is there in `dependencies`.",
        (in_commit(_lacks_parent),),
    ),
)


def _none_creates(commands: object, groups: Groups) -> bool:
    return "createcachetable" not in str(commands)


def _is_cache_table(commit: CommitFacts, groups: Groups) -> bool:
    """Settings of the app name it as where a DatabaseCache is."""
    table = groups.get("what") or groups["relation"]
    caches = (text for text in commit.texts.values() if "DatabaseCache" in text)
    return any(re.search(rf"[\"']{re.escape(table)}[\"']", text) for text in caches)


def _is_no_cache_table(commit: CommitFacts, groups: Groups) -> bool:
    return not _is_cache_table(commit, groups)


_RUNS = (
    Rule(
        "migrate-not-run",
        (_NO_COLUMN,),
        "the database lacks what the models have: no command migrates it",
        "Remove `migrate_commands: []` from deploy.yml; the preset django migrates.",
        (setting("migrate_commands", lambda commands, groups: commands == []),),
    ),
    Rule(
        "cache-table-missing",
        (Clue("said", _NO_TABLE),),
        "the table {what}{relation} of the database cache is not there: no command of deploy.yml "
        "creates it",
        'In deploy.yml: migrate_commands: [["python", "manage.py", "migrate", "--noinput"], '
        '["python", "manage.py", "createcachetable"]].',
        (in_commit(_is_cache_table), setting("migrate_commands", _none_creates)),
    ),
    Rule(
        "old-code-breaks",
        (Clue("step", r"the migration breaks (?P<path>\S+) of (?P<release>[^\s,]+)"),),
        "the migration breaks {path} for the release that serves until the switch",
        "Two deploys: the first one only adds and its code uses both, the second one removes.",
    ),
    Rule(
        "not-unique",
        (
            Clue("said", r"django/db/\S*(?:schema|executor)\.py"),
            Clue("said", r"UNIQUE constraint failed: (?:new__)?(?P<column>\S+)"),
        ),
        "there are rows with the same {column}, which a migration wants to be unique",
        "Put a migration before it that makes them differ, or merges them.",
        (in_commit(_a_migration_has_the_column),),
    ),
    Rule(
        "not-unique-postgresql",
        (
            Clue("said", r"could not create unique index \"(?P<index>[^\"]+)\""),
            Clue("said", r"Key \((?P<column>[^)]+)\)=.* is duplicated"),
        ),
        "there are rows with the same {column}, which a migration wants to be unique",
        "Put a migration before it that makes them differ, or merges them.",
        (in_commit(_a_migration_has_the_column),),
    ),
    Rule(
        "no-value-for-old-rows",
        (
            Clue("said", r"django/db/\S*(?:schema|executor)\.py"),
            Clue(
                "said",
                r"NOT NULL constraint failed: (?:new__)?(?P<column>\S+)"
                r"|column \"(?P<name>[^\"]+)\" .*contains null values",
            ),
        ),
        "a migration wants a value in {column}{name}, and rows that are there have none",
        "Give the field a default in the migration, or null=True until all rows have a value.",
        (in_commit(_a_migration_has_the_column),),
    ),
    Rule(
        "data-migration-fails",
        (_IN_MIGRATION,),
        "the migration {file} fails on the data that is there: {error}",
        "Let it cope with that data, and try it on a copy of production's.",
        (own_line,),
    ),
    Rule(
        "extension-by-a-superuser",
        (
            Clue("said", r"permission denied to create extension \"(?P<name>[^\"]+)\""),
            Clue("said", r"Must be superuser to create this extension"),
        ),
        "a migration creates the extension {name}, which only a superuser of PostgreSQL may",
        "On the host with the database: sudo -u postgres psql {app.name} -c 'CREATE EXTENSION "
        '"{name}"\'; the migration leaves it alone then.',
        (setting("database", lambda engine, groups: engine == "postgresql"),),
    ),
    Rule(
        "sqlite-locked",
        (Clue("said", r"OperationalError: database is locked"),),
        "SQLite lets one connection write at a time, and another one has kept it for longer than the "
        "app waits",
        "In the settings, for Django 5.1 or newer: DATABASES' OPTIONS: "
        '{"init_command": "PRAGMA journal_mode=WAL", "transaction_mode": "IMMEDIATE", "timeout": 20}.',
        (
            setting("database", lambda engine, groups: engine == "sqlite"),
            not_written(r"(?i)journal_mode\s*=\s*WAL"),
        ),
        no_django=(
            "",
            "Run PRAGMA journal_mode=WAL on the database, and let each connection wait longer: "
            "sqlite3.connect(..., timeout=20), with SQLAlchemy by connect_args.",
        ),
    ),
    Rule(
        "database-lacks-something",
        (Clue("said", r"no such (?P<kind>column|table): (?P<what>\S+)"),),
        "the database has no {kind} {what}",
        "Is its migration committed, and named as a dependency of what uses it?",
        (in_commit(_is_no_cache_table),),
    ),
)

RULES: tuple[Rule, ...] = (*_FILES, *_RUNS)
