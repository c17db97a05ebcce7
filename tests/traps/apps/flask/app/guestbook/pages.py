"""The pages of the guest book."""

import logging
import os

from flask import Blueprint, Response, redirect, render_template, request, url_for

from guestbook.database import connection

pages = Blueprint("pages", __name__)
logger = logging.getLogger(__name__)


@pages.get("/")
def home() -> str:
    entries = connection().execute("SELECT text FROM entries ORDER BY id DESC LIMIT 20").fetchall()
    return render_template("home.html", entries=entries, release=os.environ.get("RELEASE", ""))


@pages.post("/")
def write() -> Response:
    connection().execute("INSERT INTO entries (text) VALUES (?)", [request.form["text"]])
    connection().commit()
    return redirect(url_for("pages.home"))


@pages.get("/health")
def health() -> str:
    connection().execute("SELECT 1 FROM entries LIMIT 1")
    return "ok"
