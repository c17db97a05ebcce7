"""Tests of the home page."""

from django.test import override_settings

from lists import views
from lists.forms import EMPTY
from lists.models import Item, List
from lists.tests.base import SiteTestCase, make_list


class HomeTest(SiteTestCase):
    def test_first_item_makes_a_list_titled_by_it(self) -> None:
        response = self.client.post("/", {"text": "Buy paint"})

        todo_list = List.objects.get()
        self.assertRedirects(response, f"/lists/{todo_list.pk}/")
        self.assertEqual(todo_list.title, "Buy paint")
        self.assertEqual(Item.objects.get().list, todo_list)

    def test_same_item_may_start_two_lists(self) -> None:
        self.client.post("/", {"text": "Buy paint"})
        self.client.post("/", {"text": "Buy paint"})

        self.assertEqual(List.objects.count(), 2)

    def test_empty_item_is_refused_on_the_page(self) -> None:
        response = self.client.post("/", {"text": "  "})

        self.assertContains(response, EMPTY)
        self.assertFalse(List.objects.exists())

    def test_shows_the_newest_lists_first(self) -> None:
        make_list("Older")
        make_list("Newer")

        response = self.client.get("/")

        self.assertEqual([each.title for each in response.context["lists"]], ["Newer", "Older"])

    def test_shows_only_the_newest_lists(self) -> None:
        for number in range(views.RECENT_LISTS + 1):
            make_list(f"List {number}")

        response = self.client.get("/")

        self.assertContains(response, f"List {views.RECENT_LISTS}<")
        self.assertNotContains(response, "List 0<")

    def test_counts_open_items(self) -> None:
        todo_list = make_list("Paint", "Brush", "Ladder")
        todo_list.items.filter(text="Brush").update(done=True)

        self.assertContains(self.client.get("/"), "2 of 3 open")

    def test_says_so_when_there_are_no_lists(self) -> None:
        self.assertContains(self.client.get("/"), "No lists yet.")

    @override_settings(RELEASE="2031-05-06-1a2b3c")
    def test_shows_the_release(self) -> None:
        response = self.client.get("/")

        self.assertContains(response, '<meta name="release" content="2031-05-06-1a2b3c">')
        self.assertContains(response, '<span id="release">2031-05-06-1a2b3c</span>')
