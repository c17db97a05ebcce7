from django.core.management.base import BaseCommand

from subscribers.models import Subscriber


class Command(BaseCommand):
    def handle(self, *args: object, **options: object) -> None:
        count, _ = Subscriber.objects.filter(active=False).delete()
        self.stdout.write(f"{count} deleted")
