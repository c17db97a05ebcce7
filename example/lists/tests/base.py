"""What the site's tests share."""

import base64

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings

from lists.models import Item, List

# One transparent pixel.
PIXEL = base64.b64decode(
    "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
)

# Pictures stay in memory, and static files keep their names: no collectstatic before the tests.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@override_settings(STORAGES=STORAGES)
class SiteTestCase(TestCase):
    """A test of the site, without the files of a deployed one."""


def picture(name: str = "cat.gif", content: bytes = PIXEL) -> SimpleUploadedFile:
    """A picture as a browser uploads it."""
    return SimpleUploadedFile(name, content, content_type="image/gif")


def make_list(*texts: str) -> List:
    """A list with an item of each text."""
    todo_list = List.objects.create(title=texts[0])
    for text in texts:
        Item.objects.create(list=todo_list, text=text)
    return todo_list
