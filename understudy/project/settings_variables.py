"""Variables that a Django project's settings read, by the setting that is made of them. Pure."""

import ast

from understudy.project import syntax
from understudy.project.django_settings import Settings
from understudy.project.meanings import OF_FIRST
from understudy.project.values import Deployment, Found
from understudy.project.variables import looks_secret

HTTPS = ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
# Why what needs HTTPS is on.
WITH_HTTPS = "the targets have HTTPS; one without it turns this off in its own environment"
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
    return found.with_more(_other_key(settings)).with_more(_https_variables(settings))


def flags(settings: Settings, known: Deployment) -> Deployment:
    """Variables that switch to the branches for servers, such as `if "DJANGO_DEBUG_FALSE" in os.environ`,
    if they have no other value.
    """
    others = {*known.environment, *known.secrets, "SECRET_KEY"}
    found = {
        read.name: Found("1", f"{read.place} asks for it on servers")
        for read in settings.flags
        if read.name not in others and not looks_secret(read.name)
    }
    return Deployment(environment=found)


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
    found = {}
    for name in HTTPS:
        reads = settings.reads_of(name)
        if reads and reads[0].name not in of_debug:
            on = _on(settings.by_name[name].value)
            found[reads[0].name] = Found(on, f"{reads[0].place}; {WITH_HTTPS}")
    return Deployment(environment=found)


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
    if not reads or reads[0] in settings.flags:
        return Deployment()
    setting = settings.by_name["DEBUG"]
    return Deployment(environment={reads[0].name: Found(_off(setting.value), setting.place)})


def _on(value: ast.expr) -> str:
    """The text that this way of reading a variable takes for on."""
    for node in ast.walk(value):
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return _off(operand)
            case ast.Compare(ops=[ast.Eq()], comparators=[ast.Constant(value=str(text))]):
                return text
            case ast.Compare(
                ops=[ast.In()],
                comparators=[
                    ast.List(elts=[first, *_])
                    | ast.Tuple(elts=[first, *_])
                    | ast.Set(elts=[first, *_])
                ],
            ) if text := syntax.text(first):
                return text
            case (
                ast.Call(func=ast.Name(id="int"))
                | ast.keyword(arg="cast", value=ast.Name(id="int"))
            ):
                return "1"
    return "True"


def _off(value: ast.expr) -> str:
    for node in ast.walk(value):
        match node:
            case ast.Compare(ops=[ast.NotEq()], comparators=[ast.Constant(value=str(text))]):
                return text
            case (
                ast.Call(func=ast.Name(id="int"))
                | ast.keyword(arg="cast", value=ast.Name(id="int"))
            ):
                return "0"
            case ast.Call(func=ast.Name(id="bool"), args=[ast.Call(func=ast.Name(id="int"))]):
                return "0"
            case ast.Call(func=ast.Name(id="bool"), args=[read]):
                # bool(strtobool(…)) refuses an empty text.
                return "False" if "bool" in syntax.called(read) else ""
    return "False"
