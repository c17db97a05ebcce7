"""The deployment of a Django project. Pure."""

import re
import shlex
from dataclasses import replace

from understudy.config.app import PRESETS
from understudy.project import (
    django_project,
    django_settings,
    made_folders,
    processes,
    server_settings,
    syntax,
    urls,
)
from understudy.project.celery_app import Code
from understudy.project.django_settings import Settings
from understudy.project.health import health
from understudy.project.packages import Packages
from understudy.project.repository_paths import Places
from understudy.project.tree import Tree
from understudy.project.values import Deployment, Found, Unknown

# What code has that takes uploads, also by the fields of other packages. Django keeps none without MEDIA_ROOT.
_UPLOADS = re.compile(
    r"\w*(?:File|Image)Field\b|MEDIA_(?:ROOT|URL)|\bdefault_storage\b|FileSystemStorage|\.FILES\b"
)
# Middleware that sends visitors from each page to the login, Django's own since 5.1 among them.
_LOGIN_FOR_ALL = re.compile(r"Login_?Required|Require_?Login|AuthRequired", re.IGNORECASE)
_CHANNELS = ("channels", "daphne", "uvicorn")


def deployment(
    tree: Tree, project: django_project.Project, packages: Packages, name: str
) -> Deployment:
    """Raises ConfigError for settings that are not Python."""
    settings = django_settings.read(tree, project.folder, project.settings_file)
    least = packages.least("django")
    found = Deployment(
        kind=f"Django {'.'.join(map(str, least[:2]))}".rstrip(),
        app={"preset": Found("django", f"{_manage(project)}:1")},
    )
    for part in (
        _served(tree, project, settings),
        server_settings.deployment(project, settings, packages, name),
        _static(settings),
        _collected(tree, project, settings),
        _media(tree),
        _built(tree, project, settings),
        _health(tree, project, settings),
        processes.deployment(
            Code(tree, project.folder, name, settings.apps),
            project.folder,
            packages,
            settings,
        ),
    ):
        found = found.with_more(part)
    return found


def _manage(project: django_project.Project) -> str:
    return f"{project.folder}/manage.py".lstrip("/")


def _served(tree: Tree, project: django_project.Project, settings: Settings) -> Deployment:
    """app.module: the ASGI application if the app has more than WSGI can do."""
    known = django_project.applications(tree, project)
    for setting, kind in (("ASGI_APPLICATION", "asgi"), ("WSGI_APPLICATION", "wsgi")):
        if text := settings.constant(setting):
            module, _, variable = str(text).rpartition(".")
            known.setdefault(kind, (f"{module}:{variable}", settings.by_name[setting].place))
    channels = next((app for app in settings.apps if app in _CHANNELS), None)
    if channels and "asgi" in known:
        module, place = known["asgi"]
        why = f"{settings.apps[channels]}: {channels} needs ASGI"
        return Deployment(app={"module": Found(module, place), "worker_class": Found("asgi", why)})
    if known:
        module, place = known.get("wsgi") or known["asgi"]
        app = {"module": Found(module, place)}
        if "wsgi" not in known:
            app["worker_class"] = Found("asgi", f"{place}: there is no wsgi.py")
        return Deployment(app=app)
    guess = f"{project.settings.partition('.')[0]}.wsgi:application"
    unknown = Unknown(
        "what gunicorn serves: there is no wsgi.py and no asgi.py", f"app.module: {guess}"
    )
    return Deployment(app={"module": Found(guess, "not found")}, unknown=(unknown,))


def _static(settings: Settings) -> Deployment:
    """Keys that differ from those of the preset."""
    preset, app = PRESETS["django"], {}
    for name, key in (("STATIC_URL", "static_url"), ("MEDIA_URL", "media_url")):
        url = settings.constant(name)
        if isinstance(url, str) and url and "://" not in url:
            served = f"/{url.strip('/')}/"
            if served not in ("//", preset[key]):
                app[key] = Found(served, settings.by_name[name].place)
    if settings.apps and "django.contrib.staticfiles" not in settings.apps:
        commands = preset["release_commands"]
        without = [shlex.join(one) for one in commands if "collectstatic" not in one]
        why = "django.contrib.staticfiles is not installed: nothing to collect"
        app["release_commands"] = Found(without, why)
    elif settings.constant("COMPRESS_OFFLINE") is True:
        commands = [*map(shlex.join, preset["release_commands"]), "python manage.py compress"]
        app["release_commands"] = Found(commands, settings.by_name["COMPRESS_OFFLINE"].place)
    return Deployment(app=app)


def _collected(tree: Tree, project: django_project.Project, settings: Settings) -> Deployment:
    """A manifest in git: the app's author collects static files, and their sources may not be in git."""
    setting = settings.by_name.get("STATIC_ROOT")
    places = Places(settings, project.folder)
    folder = places.of(setting.value, setting.path) if setting else None
    if setting is None or f"{folder}/staticfiles.json" not in tree.paths:
        return Deployment()
    note = (
        f"{folder}/ has collected static files in git ({setting.place}). A deploy collects them again from the "
        "apps and STATICFILES_DIRS: if the sources are not in git, add that folder to STATICFILES_DIRS in "
        "the settings for servers"
    )
    return Deployment(notes=(note,))


def _media(tree: Tree) -> Deployment:
    """No app.media_url if there are no uploads: several hosts could not share them."""
    code = (text for path, text in tree.texts.items() if path.endswith(".py"))
    if any(map(_UPLOADS.search, code)):
        return Deployment()
    why = "no FileField, ImageField or MEDIA_ROOT in the code; /media/ for uploads, served by nginx"
    return Deployment(app={"media_url": Found(None, why)})


def _built(tree: Tree, project: django_project.Project, settings: Settings) -> Deployment:
    """What is done once for a release. Folders first: manage.py reads the settings that make them."""
    folders = made_folders.commands(tree, settings, project.folder)
    messages = _messages(tree, project)
    both = [part.app["build_commands"] for part in (folders, messages) if part.app]
    found = folders.with_more(messages)
    if len(both) < 2:
        return found
    commands = [command for one in both for command in one.value]
    why = "; ".join(one.why for one in both)
    return found.with_more(Deployment(app={"build_commands": Found(commands, why)}))


def _messages(tree: Tree, project: django_project.Project) -> Deployment:
    """Translations whose compiled form is not in the repository."""
    found = (path for path in tree.paths if path.endswith("/LC_MESSAGES/django.po"))
    for path in found:
        if path.startswith(project.folder) and path.removesuffix("po") + "mo" not in tree.paths:
            why = f"{path} has no .mo"
            return Deployment(
                app={"build_commands": Found(["python manage.py compilemessages"], why)},
                host={"packages": Found(["gettext"], why)},
            )
    return Deployment()


def _health(tree: Tree, project: django_project.Project, settings: Settings) -> Deployment:
    root = settings.constant("ROOT_URLCONF")
    routes = urls.routes(tree, project.folder, str(root)) if root else []
    middleware = settings.by_name.get("MIDDLEWARE")
    if middleware and any(map(_LOGIN_FOR_ALL.search, syntax.texts(middleware.value))):
        routes = [replace(one, leads_away=one.leads_away or one.path == "/") for one in routes]
    return health(routes)
