"""Tests of the login by a link in a mail."""

import re
import smtplib
from unittest import mock

from django.core import mail, signing

from lists import logins
from lists.tests.base import SiteTestCase

EMAIL = "ann@example.com"


class LoginTest(SiteTestCase):
    def link(self) -> str:
        """The path of the link in the mail that was sent last."""
        [path] = re.findall(r"http://testserver(/login/\S+)", str(mail.outbox[-1].body))
        return path

    def test_mail_goes_to_the_address_and_has_the_link_twice(self) -> None:
        response = self.client.post("/login", {"email": EMAIL})

        self.assertContains(response, f"on its way to {EMAIL}")
        [sent] = mail.outbox
        self.assertEqual((sent.to, sent.subject), ([EMAIL], logins.SUBJECT))
        self.assertIn("lists@", sent.from_email)
        [(html, kind)] = sent.alternatives  # type: ignore[attr-defined]
        self.assertEqual(kind, "text/html")
        self.assertIn(f'href="http://testserver{self.link()}"', html)

    def test_link_logs_in_and_each_page_shows_it(self) -> None:
        self.client.post("/login", {"email": EMAIL})

        response = self.client.get(self.link(), follow=True)

        self.assertRedirects(response, "/")
        self.assertContains(response, EMAIL)
        self.assertTrue(response.client.cookies[logins.COOKIE]["httponly"])

    def test_logout_forgets_the_visitor(self) -> None:
        self.client.post("/login", {"email": EMAIL})
        self.client.get(self.link())

        response = self.client.post("/logout", follow=True)

        self.assertNotContains(response, EMAIL)

    def test_no_one_gets_in_by_a_made_up_or_an_old_link(self) -> None:
        for token in ("x", signing.dumps(EMAIL, salt="another")):
            with self.assertLogs("django.request"):
                response = self.client.get(f"/login/{token}")
            self.assertContains(response, "has expired, or is not complete", status_code=403)
        self.client.post("/login", {"email": EMAIL})

        with mock.patch.object(logins, "LINK_SECONDS", -1), self.assertLogs("django.request"):
            response = self.client.get(self.link())

        self.assertEqual(response.status_code, 403)
        self.assertNotIn(logins.COOKIE, self.client.cookies)

    def test_made_up_cookie_is_no_login(self) -> None:
        self.client.cookies[logins.COOKIE] = f"{EMAIL}:x:y"

        self.assertNotContains(self.client.get("/"), EMAIL)

    def test_wrong_address_is_refused_on_the_page(self) -> None:
        response = self.client.post("/login", {"email": "ann"})

        self.assertContains(response, "valid email address")
        self.assertEqual(mail.outbox, [])

    def test_failure_of_the_mail_server_is_on_the_page_and_in_the_log(self) -> None:
        down = mock.patch.object(logins, "send_mail", side_effect=smtplib.SMTPException("down"))

        with down, self.assertLogs("lists.logins") as logs, self.assertLogs("django.request"):
            response = self.client.post("/login", {"email": EMAIL})

        self.assertContains(response, "can&#x27;t be sent now", status_code=503)
        self.assertIn("down", logs.output[0])
