from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from subscribers.tasks import note


class Command(BaseCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("marks", nargs="+")

    def handle(self, *args: object, **options: list[str]) -> None:
        for mark in options["marks"]:
            note.delay(mark)
