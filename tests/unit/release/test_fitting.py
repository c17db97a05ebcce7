"""What serves the app has what it needs, whichever lock it comes from."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from understudy.errors import StepFailed
from understudy.release import fitting, lock_file

ENVIRONMENT = lock_file.environment("3.11.2", "x86_64")
WHEELS = {
    "gunicorn-23.0.0": ["packaging", "gevent>=1.4; extra == 'gevent'"],
    "uvicorn_worker-0.4.0": ["gunicorn>=20.1.0", "uvicorn>=0.15.0"],
    "uvicorn-0.30.0": ["click>=7.0", "h11>=0.8", "typing-extensions>=4; python_version < '3.11'"],
    "click-8.1": [],
    "h11-0.14": [],
    "packaging-25.0": [],
    "django-5.2": ["sqlparse>=99"],
}


def refuse(directory: Path, without: str = "", **wheels: Sequence[str]) -> None:
    kept = {name: needs for name, needs in WHEELS.items() if name.split("-")[0] != without}
    for name, needs in {**kept, **wheels}.items():
        with zipfile.ZipFile(directory / f"{name}-py3-none-any.whl", "w") as wheel:
            lines = "".join(f"Requires-Dist: {need}\n" for need in needs)
            wheel.writestr(f"{name}.dist-info/METADATA", f"Metadata-Version: 2.1\n{lines}\nText\n")
    fitting.refuse_unfit(sorted(directory.glob("*.whl")), ENVIRONMENT)


def test_environment_with_all_that_serves_it_is_taken(tmp_path: Path) -> None:
    """What only the app needs is between its lock and itself."""
    refuse(tmp_path)


def test_package_that_the_worker_needs_and_that_is_missing_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as raised:
        refuse(tmp_path, without="h11")

    assert raised.value.summary == "uvicorn 0.30.0 needs h11>=0.8, and the app's lock has no h11"
    assert "Add uvicorn" in raised.value.hint


def test_version_of_the_app_that_the_worker_cannot_use_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as raised:
        refuse(tmp_path, without="uvicorn", **{"uvicorn-0.12.0": []})

    assert raised.value.summary == (
        "uvicorn-worker 0.4.0 needs uvicorn>=0.15.0, and the app's lock has uvicorn 0.12.0"
    )
