"""Login by a link in a mail: no passwords, and nothing in the database.

The link has the visitor's address, signed, and works for a quarter of an hour; so does the cookie that it leads
to, for two weeks.
"""

import logging

from django import forms
from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

SUBJECT = "Your link to Little Lists"
COOKIE = "login"
SALT = "lists.login"
LINK_SECONDS = 15 * 60
COOKIE_SECONDS = 14 * 24 * 3600

logger = logging.getLogger(__name__)


class EmailForm(forms.Form):
    """Asks for the address that gets the link."""

    email = forms.EmailField(
        label="Your e-mail address",
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "placeholder": "Your e-mail address"}
        ),
    )


def visitor(request: HttpRequest) -> dict[str, str]:
    """Who is logged in, for each page: an address, or nothing."""
    email = request.get_signed_cookie(COOKIE, "", salt=SALT, max_age=COOKIE_SECONDS)
    return {"visitor": email or ""}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Asks for an address, and mails a link to it."""
    form = EmailForm(request.POST or None)
    if not form.is_valid():
        return render(request, "lists/login.html", {"form": form})
    email: str = form.cleaned_data["email"]
    try:
        send_link(request, email)
    except OSError:
        logger.exception("The link could not be mailed.")
        context = {"form": form, "problem": "The mail can't be sent now. Try again later."}
        return render(request, "lists/login.html", context, status=503)
    return render(request, "lists/login_sent.html", {"email": email})


def send_link(request: HttpRequest, email: str) -> None:
    """Raises OSError if the mail server can't be reached or refuses the mail."""
    token = signing.dumps(email, salt=SALT)
    link = request.build_absolute_uri(reverse("follow-link", args=[token]))
    text, html = (
        render_to_string(f"lists/login_mail.{kind}", {"link": link}) for kind in ("txt", "html")
    )
    send_mail(SUBJECT, text, None, [email], html_message=html)


@never_cache
@require_http_methods(["GET", "HEAD"])
def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """Logs in the visitor who has the link."""
    try:
        email = signing.loads(token, salt=SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        context = {"form": EmailForm(), "problem": "This link has expired, or is not complete."}
        return render(request, "lists/login.html", context, status=403)
    response = redirect("home")
    response.set_signed_cookie(
        COOKIE,
        email,
        salt=SALT,
        max_age=COOKIE_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_POST
def logout(_request: HttpRequest) -> HttpResponse:
    """Forgets who is logged in."""
    response = redirect("home")
    response.delete_cookie(COOKIE)
    return response
