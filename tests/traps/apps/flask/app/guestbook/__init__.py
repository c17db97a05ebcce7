"""A guest book: who was here writes a line. All that differs between hosts comes from the environment."""

import os

from flask import Flask

from guestbook import database, pages


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
    app.config["DATABASE"] = os.environ["DATABASE"]
    app.register_blueprint(pages.pages)
    database.register(app)
    return app
