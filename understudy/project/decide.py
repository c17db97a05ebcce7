"""The files of a repository -> the deployment of the app in it. Pure."""

import re
import tomllib

from understudy.errors import ConfigError
from understudy.project import (
    app_name,
    compose_file,
    django,
    django_project,
    libraries,
    other_tools,
    python_version,
    web_app,
    web_objects,
)
from understudy.project.packages import Packages
from understudy.project.packages import packages as find_packages
from understudy.project.server import gunicorn
from understudy.project.tree import Tree, join
from understudy.project.uv_lock import SERVERS
from understudy.project.values import Deployment, Found, Unknown

_UNNAMED = (
    "app.name: nothing here has a name for the app. Choose one before the first deploy: users, folders and "
    "databases on the hosts are named after it."
)


def deployment(tree: Tree, folder_name: str) -> Deployment:
    """folder_name: of deploy.yml's folder, which the app is called after if nothing else has a name.

    Raises ConfigError if no app was found, or several, or a file that matters can't be read.
    """
    project = django_project.find(tree)
    app = None if project else web_objects.find(tree)
    if project is None and app is None:
        raise _nothing(tree)
    folder = project.folder if project else app.subdirectory if app else ""
    packages = find_packages(tree, folder)
    module = project.settings if project else app.module if app else ""
    name, why = app_name.find(tree, folder, folder_name, module.partition(".")[0])
    found = Deployment(
        app={
            "name": Found(name, why),
            "source": Found(".", "the repository that deploy.yml is in"),
        },
        notes=() if app_name.is_known(name) else (_UNNAMED,),
    )
    if folder:
        place = "manage.py" if project else "the app"
        found = found.with_more(
            Deployment(app={"subdirectory": Found(folder, f"{place} is in {folder}/")})
        )
    if project:
        found = found.with_more(django.deployment(tree, project, packages, name))
    elif app:
        found = found.with_more(web_app.deployment(tree, app, packages, name))
    return _with_the_rest(found, tree, folder, packages)


def _with_the_rest(found: Deployment, tree: Tree, folder: str, packages: Packages) -> Deployment:
    for part in (
        _lock(tree, folder, packages),
        libraries.of_packages(packages),
        python_version.release(tree, folder, packages),
        other_tools.notes(tree, folder),
        gunicorn(tree, folder),
        _environment_files(tree, found),
    ):
        found = found.with_more(part)
    release = found.vm["release"].value if "release" in found.vm else ""
    found = found.with_more(libraries.of_python(packages, release))
    return found.with_more(_services(tree, found))


def _services(tree: Tree, found: Deployment) -> Deployment:
    """Servers of a compose file that no variable of the app names; and what several variables share."""
    unused = {
        name: Found({}, f"{place}: no variable of the app has its URL", is_sure=False)
        for name, place in compose_file.servers(tree)
        if name not in found.services
    }
    of_redis = [name for name, one in found.environment.items() if one.value == "{redis_url}"]
    caches = [name for name in of_redis if "CACHE" in name]
    notes: tuple[str, ...] = ()
    if caches and len(caches) < len(of_redis):
        notes = (
            f"{', '.join(of_redis)} are one database of Redis: to clear the cache would empty the queue, "
            f'too; with redis-py {caches[0]}: "{{redis_url}}?db=1" is another one',
        )
    return Deployment(services=unused, notes=notes)


def _nothing(tree: Tree) -> ConfigError:
    return ConfigError(
        "no app was found here" if tree.paths else "this repository is empty",
        hint="init knows Django by a manage.py, and Flask, FastAPI, Starlette and Quart by a line such as "
        "`app = Flask(__name__)` or `app = create_app(…)`, or by a function create_app() that needs no "
        "arguments. Run it in the folder of the app. Nothing was written.",
    )


def _lock(tree: Tree, folder: str, packages: Packages) -> Deployment:
    if packages.lock:
        name = _searched_name(packages.lock, folder)
        named = {"requirements": Found(name, packages.lock)}
        return Deployment(app={**named, **_for_servers(tree, packages)})
    command, lock = _lock_by(tree, packages.unlocked)
    missing = (
        f"{packages.unlocked} lists packages without versions"
        if packages.unlocked
        else "no file lists any"
    )
    unknown = Unknown(
        f"the versions of the app's packages: {missing}", f"{command}   (then commit {lock})"
    )
    return Deployment(app={"requirements": Found(lock, f"missing: {missing}")}, unknown=(unknown,))


def _lock_by(tree: Tree, unlocked: str) -> tuple[str, str]:
    """The command that makes a lock file, of the tool that the project uses, and the file."""
    if "[tool.poetry" in tree.texts.get("pyproject.toml", ""):
        return "poetry lock", "poetry.lock"
    if unlocked.endswith("pyproject.toml"):
        return "uv lock", "uv.lock"
    lock = "requirements.txt"
    return f"uv pip compile --generate-hashes requirements.in -o {lock}", lock


def _for_servers(tree: Tree, packages: Packages) -> dict[str, Found]:
    """Extras and groups of the project that are named for servers, and that its lock file has."""
    path = join(packages.lock.rpartition("/")[0], "pyproject.toml")
    try:
        data = tomllib.loads(tree.texts.get(path, ""))
    except tomllib.TOMLDecodeError:
        return {}
    found = {
        "extras": data.get("project", {}).get("optional-dependencies", {}),
        "groups": data.get("dependency-groups", {}),
    }
    return {
        key: Found(chosen, path)
        for key, names in found.items()
        if packages.lock.endswith((".lock", "pylock.toml"))
        and (chosen := [name for name in names if name in SERVERS])
    }


def _searched_name(path: str, folder: str) -> str:
    """As app.requirements: it's searched in the app's folder, then in those above it."""
    if path.startswith("../"):
        return path.rpartition("/")[2]
    parts = folder.split("/")
    above = ["/".join(parts[:depth]) for depth in range(len(parts), 0, -1)]
    return next(
        (path.removeprefix(f"{one}/") for one in above if one and path.startswith(f"{one}/")), path
    )


def _environment_files(tree: Tree, found: Deployment) -> Deployment:
    """Names in .env that nothing else accounts for: an example's first, whose names are public."""
    for path in (".env.example", ".env.sample", ".env.template", ".env"):
        names = re.findall(
            r"(?m)^\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)\s*=", tree.texts.get(path, "")
        )
        known = {*found.environment, *found.secrets, "SECRET_KEY"}
        asked = " ".join(one.line for one in found.unknown)
        if rest := [
            name for name in dict.fromkeys(names) if name not in known and name not in asked
        ]:
            return Deployment(
                notes=(
                    f"{path} also has {', '.join(rest)}: set under app.environment what servers need",
                )
            )
    return Deployment()
