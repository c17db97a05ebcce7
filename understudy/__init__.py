"""A local staging simulator: rehearses each deploy on a VM that mirrors production."""

__version__ = "0.1.0"
