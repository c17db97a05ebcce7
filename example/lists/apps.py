"""The app's registration with Django."""

from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "lists"
