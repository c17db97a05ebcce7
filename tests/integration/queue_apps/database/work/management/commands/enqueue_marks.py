from django.core.management import BaseCommand

from work.tasks import note


class Command(BaseCommand):
    help = "Enqueues a task for each mark."

    def add_arguments(self, parser):
        parser.add_argument("marks", nargs="+")

    def handle(self, *args, marks, **options):
        for mark in marks:
            note.enqueue(mark)
