from django.http import HttpRequest, HttpResponse

from subscribers.models import Subscriber

PAGE = (
    "<!doctype html><html lang=en><title>Letters</title><h1>Letters</h1><p>{} read them.</p></html>"
)


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE.format(Subscriber.objects.filter(active=True).count()))


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")
