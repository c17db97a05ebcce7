from django.http import HttpResponse
from django.urls import path

urlpatterns = [
    path("", lambda request: HttpResponse("<!doctype html><html lang=en><title>Shop</title>"))
]
