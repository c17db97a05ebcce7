"""The entries, in SQLite: readers never wait for a writer, writers queue for up to 20 seconds."""

import sqlite3

import click
from flask import Flask, current_app, g

SCHEMA = "CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"


def connection() -> sqlite3.Connection:
    """One for each request."""
    if "connection" not in g:
        g.connection = sqlite3.connect(current_app.config["DATABASE"], timeout=20)
        g.connection.row_factory = sqlite3.Row
    return g.connection


def register(app: Flask) -> None:
    app.teardown_appcontext(_close)
    app.cli.add_command(init_db)


@click.command("init-db")
def init_db() -> None:
    """Makes the table, if it isn't there."""
    connection().execute("PRAGMA journal_mode=WAL")
    connection().execute(SCHEMA)
    connection().commit()


def _close(_error: BaseException | None) -> None:
    if found := g.pop("connection", None):
        found.close()
