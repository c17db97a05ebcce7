"""Variables that a Django project's settings read, by the setting that is made of them. Pure."""

import ast
from collections.abc import Iterator

from understudy.config import mail
from understudy.project.django_settings import Settings
from understudy.project.flags import fails_with, outcome, text_for
from understudy.project.meanings import OF_FIRST, switch
from understudy.project.values import Deployment, Found, Unknown
from understudy.project.variables import Read, looks_secret

HTTPS = ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
# Why what needs HTTPS is on.
WITH_HTTPS = "the targets have HTTPS; one without it turns this off in its own environment"
# On, the web process does all tasks itself, and no worker gets one.
EAGER = ("CELERY_TASK_ALWAYS_EAGER", "CELERY_ALWAYS_EAGER")
# Setting -> the value of its variable in deploy.yml.
PLACES = {"STATIC_ROOT": "{static}", "MEDIA_ROOT": "{media}"}
_BY_SETTING = {
    **PLACES,
    "ALLOWED_HOSTS": "{domains}",
    "CSRF_TRUSTED_ORIGINS": "{origins}",
}


def variables(settings: Settings) -> Deployment:
    """All but flags()."""
    found = _debug_variable(settings).with_more(_by_setting(settings))
    found = found.with_more(_other_key(settings)).with_more(_https_variables(settings))
    found = found.with_more(_eager_variables(settings)).with_more(_captured_mail(settings))
    return found.with_more(Deployment(unknown=tuple(_unclear(settings))))


def flags(settings: Settings, known: Deployment) -> Deployment:
    """Variables that switch to the branches for servers, such as `if "DJANGO_DEBUG_FALSE" in os.environ`,
    if they have no other value.
    """
    others = {*known.environment, *known.secrets, "SECRET_KEY"}
    found = Deployment()
    for flag in settings.flags:
        read = flag.read
        if read.name not in others and not looks_secret(read.name):
            scope, names = settings.readers[read.path].scope, settings.names()
            text = text_for(flag.wanted, read.name, flag.test, scope, names, "1")
            why = f"{read.place} asks for it on servers"
            found = found.with_more(switch(read, text, is_on=flag.wanted, why=why))
    return found


def _captured_mail(settings: Settings) -> Deployment:
    """What the staging VM needs where the app doesn't take the text for no of its mail catcher."""
    found = {}
    # Also in a branch for hosts that have a mail server, which staging's catcher is.
    for read in (one for reader in settings.readers.values() for one in reader.reads()):
        scope, names = settings.readers[read.path].scope, settings.names()
        is_strict = read.name in mail.FLAGS and fails_with(mail.NO, read, scope, names)
        if is_strict and (text := settings.text_of(read, wanted=False)):
            found[read.name] = Found(text, f"{read.place} does not take {mail.NO}")
    return Deployment(staging=found)


def _by_setting(settings: Settings) -> Deployment:
    """Variables whose purpose the setting shows that is made of them, whatever they are called."""
    found = {}
    for name, value in _BY_SETTING.items():
        if reads := settings.reads_of(name):
            is_entry = isinstance(settings.by_name[name].value, ast.List)
            fitting = OF_FIRST.get(value, value) if is_entry else value
            found[reads[0].name] = Found(fitting, reads[0].place)
    return Deployment(environment=found)


def _https_variables(settings: Settings) -> Deployment:
    """Variables that turn on what needs HTTPS; not DEBUG's, as in `SESSION_COOKIE_SECURE = not DEBUG`."""
    of_debug = {read.name for read in settings.reads_of("DEBUG")}
    found = Deployment()
    for name in HTTPS:
        reads = settings.reads_of(name)
        if reads and reads[0].name not in of_debug:
            why = f"{reads[0].place}; {WITH_HTTPS}"
            found = found.with_more(_switch(name, reads[0], settings, why, is_on=True))
    return found


def _eager_variables(settings: Settings) -> Deployment:
    """Variables by which tasks run at once unless they are set; not DEBUG's."""
    of_debug = {read.name for read in settings.reads_of("DEBUG")}
    found = Deployment()
    for name in EAGER:
        reads = settings.reads_of(name)
        if reads and reads[0].name not in of_debug and not _is_off(name, settings):
            why = f"{reads[0].place}; tasks are for the workers"
            found = found.with_more(_switch(name, reads[0], settings, why, is_on=False))
    return found


def _is_off(name: str, settings: Settings) -> bool:
    """Whether the setting is off without its variable."""
    setting = settings.by_name[name]
    scope = settings.readers[setting.path].scope
    return outcome(None, "", setting.value, scope, settings.names()) is False


def _unclear(settings: Settings) -> Iterator[Unknown]:
    """Settings for HTTPS that come from where init can't follow, such as an object of the app."""
    for name in HTTPS:
        setting = settings.by_name.get(name)
        if setting is None or settings.reads_of(name):
            continue
        scope = settings.readers[setting.path].scope
        if outcome(None, "", setting.value, scope, settings.names()) is None:
            yield Unknown(
                f"whether {name} is on: {setting.place} takes it from {ast.unparse(setting.value)}",
                "app.environment: what turns it on there",
            )


def _other_key(settings: Settings) -> Deployment:
    """A variable of another name that SECRET_KEY comes from, without a default."""
    reads = [read for read in settings.reads_of("SECRET_KEY") if read.required]
    secrets = {
        read.name: Found({"generate": 50}, read.place)
        for read in reads
        if read.name != "SECRET_KEY"
    }
    return Deployment(secrets=secrets)


def _debug_variable(settings: Settings) -> Deployment:
    """The variable that DEBUG is read from, with the text that this way of reading takes for off."""
    reads = settings.reads_of("DEBUG")
    if not reads or any(reads[0] == flag.read for flag in settings.flags):
        return Deployment()
    return _switch("DEBUG", reads[0], settings, settings.by_name["DEBUG"].place, is_on=False)


def _switch(name: str, read: Read, settings: Settings, why: str, *, is_on: bool) -> Deployment:
    """The variable with the text that turns the setting on, or off."""
    setting = settings.by_name[name]
    scope = settings.readers[setting.path].scope
    text = text_for(is_on, read.name, setting.value, scope, settings.names())
    return switch(read, text, is_on=is_on, why=why)
