"""Moments as programs read them: one format, so that they compare as texts do. Pure."""

from datetime import UTC, datetime


def moment(at: datetime) -> str:
    """ISO 8601, UTC, to the millisecond, such as 2026-03-01T12:04:05.678Z. at: with its time zone."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
