"""On a developer's machine."""

from config.settings.base import *  # noqa: F403
from config.settings.base import SRC

DEBUG = True
SECRET_KEY = "for this machine only"
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": SRC.parent / "local.sqlite3"}
}
MEDIA_ROOT = SRC.parent / "media"
