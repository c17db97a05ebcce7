"""The path that is asked for an app's health."""

import pytest

from tests.unit.project.apps import app, by_environment, decided, django

HEAD = "from django.contrib import admin\nfrom django.urls import include, path, re_path\n"
ADMIN = 'path("admin/", admin.site.urls)'


@pytest.mark.parametrize(
    ("patterns", "health", "others"),
    [
        (ADMIN, "/admin/login/", None),
        (f'{ADMIN}, path("", views.home)', "/", None),
        ('path("", views.home), path("healthz/", views.health)', "/healthz/", ["/"]),
        ('path("<int:id>/", views.one), path("about/", views.about)', "/about/", None),
        ('re_path(r"^$", views.home)', "/", None),
        ('path("api/", include("shop.api"))', "/api/ping", None),
        ('path("", include("wagtail.urls"))', "/", None),
        ('path(PREFIX, include("shop.api"))', "/v1/ping", None),
        ('path(f"{x}up/", views.up)', "/", None),
        ('path("x/", include(OTHERS))', "/x/ping/", None),
        ('path("", views.home)] + OTHERS + [', "/ping/", ["/"]),
        ('path("x/<slug:name>/", views.one)', "/", None),
    ],
)
def test_health_path_of_django(patterns: str, health: str, others: object) -> None:
    files = django(
        by_environment(),
        urls=f'{HEAD}PREFIX = "v1/"\nOTHERS = [path("ping/", views.x)]\nurlpatterns = [{patterns}]\n',
    )
    files["shop/api.py"] = f'{HEAD}urlpatterns = [path("ping", views.ping)]\n'
    found = decided(files)

    assert (app(found, "health_path"), app(found, "check_paths")) == (health, others)


@pytest.mark.parametrize(
    ("middleware", "health"),
    [
        ("django.contrib.auth.middleware.LoginRequiredMiddleware", "/sign-in/"),
        ("login_required.middleware.LoginRequiredMiddleware", "/sign-in/"),
        ("django.contrib.auth.middleware.AuthenticationMiddleware", "/"),
    ],
)
def test_middleware_that_sends_all_visitors_to_the_login_makes_that_the_health_path(
    middleware: str, health: str
) -> None:
    urls = f'{HEAD}urlpatterns = [{ADMIN}, path("sign-in/", views.sign_in), path("", views.home)]\n'
    settings = by_environment(f'MIDDLEWARE = ["{middleware}"]\n')

    assert app(decided(django(settings, urls=urls)), "health_path") == health


VIEWS = """\
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import redirect
def index(request):
    if not request.user.is_authenticated:
        return redirect("login")
    return render(request, "index.html")
@login_required
def decorated(request): ...
class Router(LoginRequiredMixin, RedirectView): ...
def home(request):
    if request.user.is_authenticated:
        return redirect("dashboard")
    return render(request, "home.html")
"""


@pytest.mark.parametrize(
    ("view", "health"),
    [
        ("views.index", "/accounts/login/"),
        ("views.decorated", "/accounts/login/"),
        ("views.Router.as_view()", "/accounts/login/"),
        ("Router.as_view()", "/accounts/login/"),
        ("login_required(views.home)", "/accounts/login/"),
        ('RedirectView.as_view(url="/shop/")', "/accounts/login/"),
        ("views.home", "/"),
    ],
)
def test_home_page_that_sends_visitors_to_the_login_is_not_asked_for_the_health(
    view: str, health: str
) -> None:
    head = f"{HEAD}from shop import views\nfrom shop.views import Router\n"
    patterns = f'{ADMIN}, path("accounts/login/", views.sign_in), path("", {view})'
    files = django(by_environment(), urls=f"{head}urlpatterns = [{patterns}]\n")
    files["shop/views.py"] = VIEWS

    found = decided(files)

    assert app(found, "health_path") == health


def test_patterns_that_are_made_of_themselves_come_to_an_end() -> None:
    urls = (
        f'{HEAD}urlpatterns = [{ADMIN}]\nMORE = MORE + [path("a/", x)]\n'
        'urlpatterns = urlpatterns + MORE + [path("", x)]\n'
    )

    assert app(decided(django(by_environment(), urls=urls)), "health_path") == "/"


def test_pages_for_developers_are_no_answer() -> None:
    urls = (
        f'{HEAD}urlpatterns = [{ADMIN}]\nif settings.DEBUG:\n    urlpatterns += [path("up/", x)]\n'
    )

    assert app(decided(django(by_environment(), urls=urls)), "health_path") == "/admin/login/"


@pytest.mark.parametrize(
    ("code", "health"),
    [
        ('@app.route("/")\ndef home(): ...\n@app.route("/health")\ndef up(): ...\n', "/health"),
        (
            '@app.route("/", methods=["POST"])\ndef home(): ...\n@app.get("/a")\ndef a(): ...\n',
            "/a",
        ),
        (
            'bp = Blueprint("b", __name__, url_prefix="/b")\n@bp.route("/ping")\ndef ping(): ...\n',
            "/b/ping",
        ),
        (
            'bp = Blueprint("b", __name__)\n@bp.route("/up")\ndef up(): ...\n'
            'app.register_blueprint(bp, url_prefix="/v1")\n',
            "/v1/up",
        ),
        ('@app.route("/<name>")\ndef hello(name): ...\n', "/"),
    ],
)
def test_health_path_of_flask(code: str, health: str) -> None:
    files = {"app.py": f"from flask import Flask, Blueprint\napp = Flask(__name__)\n{code}"}

    assert app(decided(files), "health_path") == health


def test_routers_are_followed_to_the_app() -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": (
            "from app.api import api_router\nfrom app.config import settings\napp = FastAPI()\n"
            "app.include_router(api_router, prefix=settings.API)\n"
        ),
        "app/config.py": 'class Settings:\n    API: str = "/api/v1"\n',
        "app/api.py": (
            "from app.routes import utils\napi_router = APIRouter()\n"
            "api_router.include_router(utils.router)\n"
        ),
        "app/routes/__init__.py": "",
        "app/routes/utils.py": (
            'router = APIRouter(prefix="/utils")\n@router.get("/health-check/")\ndef check(): ...\n'
        ),
    }

    assert app(decided(files), "health_path") == "/api/v1/utils/health-check/"


@pytest.mark.parametrize("bring_in", ["from app.auth import bp", "from . import bp"])
def test_blueprint_of_a_package_is_followed_to_the_app(bring_in: str) -> None:
    files = {
        "app/__init__.py": (
            "def create_app():\n    app = Flask(__name__)\n"
            "    from app.auth import bp as auth_bp\n"
            '    app.register_blueprint(auth_bp, url_prefix="/auth")\n    return app\n'
        ),
        "app/auth/__init__.py": "from flask import Blueprint\nbp = Blueprint('auth', __name__)\n",
        "app/auth/routes.py": f'{bring_in}\n@bp.route("/login")\ndef login(): ...\n',
    }

    assert app(decided(files), "health_path") == "/auth/login"


def test_prefix_of_a_router_counts_for_those_that_it_includes() -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": "from .api import router\napp = FastAPI()\napp.include_router(router)\n",
        "app/api.py": (
            'from .v1 import router as v1\nrouter = APIRouter(prefix="/api")\n'
            "router.include_router(v1)\n"
        ),
        "app/v1.py": 'router = APIRouter(prefix="/v1")\n@router.get("/ping")\ndef ping(): ...\n',
    }

    assert app(decided(files), "health_path") == "/api/v1/ping"


def test_registration_of_a_blueprint_replaces_its_own_prefix() -> None:
    code = (
        "app = Flask(__name__)\nbp = Blueprint('b', __name__, url_prefix='/old')\n"
        "@bp.route('/ping')\ndef ping(): ...\napp.register_blueprint(bp, url_prefix='/new')\n"
    )

    assert app(decided({"app.py": code}), "health_path") == "/new/ping"


def test_route_below_a_prefix_that_is_not_literal_is_not_taken() -> None:
    files = {
        "main.py": (
            "app = FastAPI()\nrouter = APIRouter()\n@router.get('/ping')\ndef ping(): ...\n"
            "app.include_router(router, prefix=prefix())\n"
        )
    }

    assert app(decided(files), "health_path") == "/openapi.json"


def test_fastapi_without_a_home_page_has_its_schema() -> None:
    files = {"main.py": 'app = FastAPI()\n@app.get("/items/{id}")\ndef item(id): ...\n'}

    assert app(decided(files), "health_path") == "/openapi.json"
