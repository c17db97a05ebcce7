"""The catalogue's addresses."""

from django.urls import path

from catalog import views

urlpatterns = [
    path("", views.home, name="home"),
    path("products/<int:product_id>/order/", views.order, name="order"),
    path("health/", views.health, name="health"),
]
