"""python manage.py make_items N: lists with N items in all, to try the site at production's size."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from lists.models import List

ITEMS_OF_A_LIST = 50
BATCH = 10_000
THINGS = ("milk", "bread", "a call to the bank", "tickets", "the bicycle", "a letter", "flowers")

# One statement makes the same item on many lists: to make each in Python takes ten times as long.
INSERT = """
    INSERT INTO lists_item (list_id, text, done, picture)
    SELECT id, %s, %s, '' FROM lists_list WHERE id BETWEEN %s AND %s
"""


class Command(BaseCommand):
    """Adds them to what is there."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int, metavar="N")

    @transaction.atomic
    def handle(self, *_: Any, number: int, **__: Any) -> None:
        needed = -(-number // ITEMS_OF_A_LIST)
        made = List.objects.bulk_create(
            [List(title=f"List {n + 1}") for n in range(needed)], batch_size=BATCH
        )
        with connection.cursor() as cursor:
            for n in range(min(number, ITEMS_OF_A_LIST)):
                # The last list may not get all of them.
                last = made[-(-(number - n) // ITEMS_OF_A_LIST) - 1]
                text = f"{THINGS[n % len(THINGS)]}, {n + 1}"
                cursor.execute(INSERT, [text, n % 3 == 0, made[0].pk, last.pk])
        self.stdout.write(f"made {number} items in {needed} lists")
