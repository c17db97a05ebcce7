"""The site's addresses."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path

from lists import views

urlpatterns = [
    path("health", views.health, name="health"),
    path("", include("lists.urls")),
    # Pictures on a developer's machine: without DEBUG this adds nothing, and nginx serves them.
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
