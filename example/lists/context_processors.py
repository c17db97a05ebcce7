"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def release(_request: HttpRequest) -> dict[str, str]:
    """The release that runs, for the footer."""
    return {"release": settings.RELEASE}
