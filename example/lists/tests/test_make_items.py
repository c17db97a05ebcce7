"""Many items at once."""

from io import StringIO

from django.core.management import call_command
from django.test import TestCase

from lists.models import Item, List


class MakeItemsTest(TestCase):
    def test_makes_as_many_as_asked_for(self) -> None:
        call_command("make_items", "120", stdout=StringIO())
        self.assertEqual(Item.objects.count(), 120)
        self.assertEqual(List.objects.count(), 3)

    def test_adds_to_what_is_there(self) -> None:
        for _ in range(2):
            call_command("make_items", "10", stdout=StringIO())
        self.assertEqual(Item.objects.count(), 20)
