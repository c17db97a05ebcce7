"""Reads deploy.yml."""

from pathlib import Path

from understudy.errors import ConfigError


def text(path: Path) -> str:
    """Its text. Raises ConfigError if it can't be read, or is no text."""
    try:
        # Some editors begin a file with a mark of its encoding.
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"there is no {path}",
            hint="`python deploy.py init` writes one in the repository of an app. If there is one "
            "elsewhere: go to its folder, or name it with --config.",
        ) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"{path} is not text in UTF-8: see line {line}",
            hint="Save it as UTF-8, or name another file with --config.",
        ) from None
    except OSError as error:
        raise ConfigError(
            f"can't read {path}: {error.strerror}", hint="Name another file with --config."
        ) from None
