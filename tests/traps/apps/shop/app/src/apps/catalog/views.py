"""The shop's pages."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from catalog.models import Order, Product


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "catalog/home.html", {"products": Product.objects.all()})


@require_POST
def order(request: HttpRequest, product_id: int) -> HttpResponse:
    product = get_object_or_404(Product, pk=product_id)
    Order.objects.create(product=product, email=request.POST["email"])
    return redirect("home")


def health(_request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
