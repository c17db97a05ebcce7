"""A local staging simulator: learns production's part and goes on first."""

__version__ = "0.1.0"
