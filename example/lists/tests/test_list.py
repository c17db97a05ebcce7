"""Tests of a list's page."""

from unittest import mock

from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.test import Client

from lists import forms
from lists.models import Item, List
from lists.tests.base import SiteTestCase, make_list, picture


class ListTest(SiteTestCase):
    def setUp(self) -> None:
        self.list = make_list("Paint the door")
        self.url = self.list.get_absolute_url()
        self.item = self.list.items.get()

    def test_shows_its_own_items_only(self) -> None:
        make_list("On another list")

        response = self.client.get(self.url)

        self.assertContains(response, "Paint the door")
        self.assertNotContains(response, "On another list")

    def test_adds_an_item(self) -> None:
        response = self.client.post(self.url, {"text": "Oil the lock"})

        self.assertRedirects(response, self.url)
        texts = [item.text for item in self.list.items.all()]
        self.assertEqual(texts, ["Paint the door", "Oil the lock"])

    def test_markup_in_an_item_is_shown_as_text(self) -> None:
        self.client.post(self.url, {"text": "<script>alert(1)</script>"})

        self.assertContains(self.client.get(self.url), "&lt;script&gt;alert(1)&lt;/script&gt;")

    def test_empty_item_is_refused_on_the_page(self) -> None:
        response = self.client.post(self.url, {"text": ""})

        self.assertContains(response, forms.EMPTY)
        self.assertEqual(self.list.items.count(), 1)

    def test_second_item_of_the_same_text_is_refused_on_the_page(self) -> None:
        response = self.client.post(self.url, {"text": "Paint the door"})

        self.assertContains(response, forms.DUPLICATE)
        self.assertEqual(self.list.items.count(), 1)

    def test_database_has_an_item_once_per_list(self) -> None:
        with self.assertRaises(IntegrityError):
            Item.objects.create(list=self.list, text="Paint the door")

    def test_toggles_an_item(self) -> None:
        toggle = f"{self.url}items/{self.item.pk}/toggle"

        self.assertContains(self.client.post(toggle, follow=True), "All done")
        self.assertContains(self.client.post(toggle, follow=True), "1 open")

    def test_deletes_an_item(self) -> None:
        response = self.client.post(f"{self.url}items/{self.item.pk}/delete", follow=True)

        self.assertContains(response, "Nothing on this list.")

    def test_item_is_reached_through_its_own_list_only(self) -> None:
        other = make_list("Other")

        with self.assertLogs("django.request"):
            response = self.client.post(f"{other.get_absolute_url()}items/{self.item.pk}/delete")

        self.assertEqual(response.status_code, 404)
        self.assertTrue(Item.objects.filter(pk=self.item.pk).exists())

    def test_deletes_the_list_with_its_items(self) -> None:
        response = self.client.post(f"{self.url}delete")

        self.assertRedirects(response, "/")
        self.assertFalse(List.objects.exists() or Item.objects.exists())

    def test_deletes_nothing_on_get(self) -> None:
        for address in (f"{self.url}delete", f"{self.url}items/{self.item.pk}/delete"):
            with self.subTest(address), self.assertLogs("django.request"):
                self.assertEqual(self.client.get(address).status_code, 405)
        self.assertTrue(Item.objects.filter(pk=self.item.pk).exists())

    def test_post_without_token_is_refused(self) -> None:
        with self.assertLogs("django.security.csrf"):
            response = Client(enforce_csrf_checks=True).post(self.url, {"text": "Forged"})

        self.assertEqual(response.status_code, 403)


class PictureTest(SiteTestCase):
    def setUp(self) -> None:
        self.list = make_list("Paint the door")
        self.url = self.list.get_absolute_url()

    def upload(self) -> Item:
        self.client.post(self.url, {"text": "Feed the cat", "picture": picture("../My Cat.GIF")})
        return Item.objects.get(text="Feed the cat")

    def test_is_kept_under_a_name_of_its_own(self) -> None:
        self.assertRegex(self.upload().picture.name, r"^pictures/[0-9a-f]{32}\.gif$")

    def test_is_shown(self) -> None:
        item = self.upload()

        self.assertContains(self.client.get(self.url), f'<img src="{item.picture.url}"')

    def test_other_file_is_refused_on_the_page(self) -> None:
        script = picture("cat.gif", b"<script>alert(1)</script>")

        response = self.client.post(self.url, {"text": "Feed the cat", "picture": script})

        self.assertContains(response, "Upload a valid image.")
        self.assertEqual(self.list.items.count(), 1)

    def test_too_large_is_refused_on_the_page(self) -> None:
        with mock.patch.object(forms, "MAX_PICTURE_BYTES", 10):
            response = self.client.post(self.url, {"text": "Feed the cat", "picture": picture()})

        self.assertContains(response, forms.TOO_LARGE)

    def test_goes_with_its_list(self) -> None:
        name = self.upload().picture.name
        self.assertTrue(default_storage.exists(name))

        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(f"{self.url}delete")

        self.assertFalse(default_storage.exists(name))
