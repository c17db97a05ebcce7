"""The database and its migrations."""

from understudy.diagnosis import Clue, Rule

_NO_COLUMN = Clue("said", r"no such (?:column|table): |(?:column|relation) \S+ does not exist")
_CHANGED_MODELS = Clue("said", r"^Migrations for '(?P<app>\w+)':")
# What a migration of the app itself was doing when it failed, and how that ended.
_IN_MIGRATION = Clue(
    "said",
    r'/source/(?P<file>\S+/migrations/\d\w*\.py)", line \d+, in [a-z]\w*\n'
    r"(?:.*\n)*?(?P<error>[A-Z]\w*(?:\.\w+)*: .*)$",
)

_FILES = (
    Rule(
        "migration-not-committed",
        (
            _CHANGED_MODELS,
            Clue("project", r"^(?:untracked|ignored) (?P<path>\S+/migrations/\d\w*\.py)$"),
        ),
        "the migration {path} is not committed",
        "git add --force {path}, and commit it.",
    ),
    Rule(
        "migration-forgotten",
        (_CHANGED_MODELS,),
        "the models of '{app}' have changed, and no migration says so",
        "python manage.py makemigrations {app}, and commit what it writes.",
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
    ),
)

_RUNS = (
    Rule(
        "migrate-not-run",
        (_NO_COLUMN, Clue("settings", r"^migrate_commands \[\]")),
        "the database lacks what the models have: no command migrates it",
        "Remove `migrate_commands: []` from deploy.yml; the preset django migrates.",
    ),
    Rule(
        "old-code-breaks",
        (Clue("said", r"the migration breaks (?P<path>\S+) of (?P<release>[^\s,]+)"),),
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
    ),
    Rule(
        "not-unique-postgresql",
        (
            Clue("said", r"could not create unique index \"(?P<index>[^\"]+)\""),
            Clue("said", r"Key \((?P<column>[^)]+)\)=.* is duplicated"),
        ),
        "there are rows with the same {column}, which a migration wants to be unique",
        "Put a migration before it that makes them differ, or merges them.",
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
    ),
    Rule(
        "data-migration-fails",
        (_IN_MIGRATION,),
        "the migration {file} fails on the data that is there: {error}",
        "Let it cope with that data, and try it on a copy of production's.",
    ),
    Rule(
        "database-lacks-something",
        (Clue("said", r"no such (?P<kind>column|table): (?P<what>\S+)"),),
        "the database has no {kind} {what}",
        "Is its migration committed, and named as a dependency of what uses it?",
    ),
)

RULES: tuple[Rule, ...] = (*_FILES, *_RUNS)
