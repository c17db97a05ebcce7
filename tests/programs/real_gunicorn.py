"""A gunicorn of the lock that Understudy adds, with a release's own configuration."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uv import find_uv_bin

from tests.unit.fakes import TEMPLATES, config
from understudy.release import render
from understudy.release.locks import server


@contextmanager
def gunicorn(directory: Path, app_text: str, worker_class: str = "sync") -> Iterator[Path]:
    """Two workers of a module with that text, whose app is called `app`. Their socket."""
    keys = {"preset": "plain", "workers": 2, "worker_class": worker_class}
    app = config(app={"name": "shop", "module": "shop:app", **keys})
    files = render.release_files(app, app.target("staging"), "r1", TEMPLATES)
    [text] = [file.content for file in files if file.path.name == "gunicorn.conf.py"]
    text = text.replace("/run/shop/", f"{directory}/").replace("/srv/shop/", f"{directory}/")
    (directory / "gunicorn.conf.py").write_text(text)
    (directory / "shop.py").write_text(app_text)
    lock = Path(server.__file__).parent / "gunicorn.txt"
    words = (
        "run",
        "--quiet",
        "--no-project",
        "--isolated",
        "--with-requirements",
        lock,
        "gunicorn",
    )
    with subprocess.Popen([find_uv_bin(), *words], cwd=directory) as process:
        yield directory / "r1.sock"
        process.terminate()
