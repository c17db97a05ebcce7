"""Repositories of apps as their authors have them: path -> text."""

from collections.abc import Mapping

from understudy.config import model
from understudy.config.model import Config
from understudy.project import decide, deploy_yml
from understudy.project.files import is_read
from understudy.project.tree import Tree
from understudy.project.values import Deployment

MANAGE = """\
import os, sys
def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{settings}")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
main()
"""
WSGI = """\
import os
from django.core.wsgi import get_wsgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{settings}")
application = get_wsgi_application()
"""
APPS = """\
INSTALLED_APPS = ["django.contrib.admin", "django.contrib.staticfiles"]
ROOT_URLCONF = "shop.urls"
"""
# What django-admin startproject writes, without what init doesn't look at.
STARTPROJECT_SETTINGS = f"""\
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "django-insecure-abc"
DEBUG = True
ALLOWED_HOSTS = []
{APPS}
WSGI_APPLICATION = "shop.wsgi.application"
DATABASES = {{
    "default": {{
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
    }}
}}
STATIC_URL = "static/"
"""
ADMIN_URLS = """\
from django.contrib import admin
from django.urls import path
urlpatterns = [
    path("admin/", admin.site.urls),
]
"""
UV_LOCK = """\
version = 1
requires-python = "{python}"

[[package]]
name = "django"
version = "{django}"
"""


def django(settings: str = STARTPROJECT_SETTINGS, **more: str) -> dict[str, str]:
    """A Django project with one module of settings. more: texts by `urls`, or others to be merged."""
    return {
        "manage.py": MANAGE.format(settings="shop.settings"),
        "shop/__init__.py": "",
        "shop/settings.py": settings,
        "shop/urls.py": more.get("urls", ADMIN_URLS),
        "shop/wsgi.py": WSGI.format(settings="shop.settings"),
        "uv.lock": UV_LOCK.format(python=">=3.12", django="6.0.1"),
    }


def by_environment(more: str = "") -> str:
    """Settings that read all that differs from the environment."""
    return f"""\
import os
SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = os.environ.get("DEBUG") == "1"
ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")
{APPS}
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DB_PATH"]}}}}
STATIC_ROOT = os.environ["STATIC_ROOT"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("SECURE") == "yes"
{more}
"""


def tree(files: Mapping[str, str], above: Mapping[str, str] | None = None) -> Tree:
    return Tree(
        tuple(files), {path: text for path, text in files.items() if is_read(path)}, above or {}
    )


def decided(files: Mapping[str, str], above: Mapping[str, str] | None = None) -> Deployment:
    """What init decides, whose deploy.yml the loader takes."""
    found = decide.deployment(tree(files, above), "Shop Site")
    config_of(found)
    return found


def config_of(found: Deployment) -> Config:
    return model.parse(deploy_yml.text(found))


def environment(found: Deployment) -> dict[str, str]:
    return {name: value.value for name, value in found.environment.items()}


def app(found: Deployment, key: str) -> object:
    return found.app[key].value if key in found.app else None


def unknown(found: Deployment) -> str:
    return "\n".join(f"{one.what} -> {one.line}" for one in found.unknown)
