"""Tests of what belongs to no list: health, error pages, foreign hosts."""

from unittest import mock

from django.db import OperationalError, connection
from django.template.loader import render_to_string

from lists.tests.base import SiteTestCase


class HealthTest(SiteTestCase):
    def test_is_ok_after_a_query(self) -> None:
        with self.assertNumQueries(1):
            response = self.client.get("/health")

        self.assertContains(response, "ok")
        self.assertEqual(response["Content-Type"], "text/plain")

    def test_names_the_database_error(self) -> None:
        broken = mock.patch.object(connection, "cursor", side_effect=OperationalError("disk gone"))

        with broken, self.assertLogs("django.request"), self.assertLogs("lists.views") as logs:
            response = self.client.get("/health")

        self.assertIn("disk gone", logs.output[0])
        self.assertContains(response, "OperationalError", status_code=503)
        self.assertNotContains(response, "disk gone", status_code=503)

    def test_is_for_allowed_hosts_only(self) -> None:
        with self.assertLogs("django.security.DisallowedHost"):
            response = self.client.get("/health", headers={"host": "elsewhere.test"})

        self.assertEqual(response.status_code, 400)


class ErrorPageTest(SiteTestCase):
    def test_unknown_address_gets_the_sites_own_page(self) -> None:
        with self.assertLogs("django.request"):
            response = self.client.get("/no-such-page")

        self.assertContains(response, "This page is not on any list", status_code=404)

    def test_server_error_page_needs_no_other_file(self) -> None:
        page = render_to_string("500.html")

        self.assertIn("Something broke", page)
        self.assertNotRegex(page, r"<link|<script|<img|src=|url\(")
