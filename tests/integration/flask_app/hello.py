"""The smallest app that is no Django: deployed with `preset: plain`."""

import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    return f"hello from {os.environ['RELEASE']}"
