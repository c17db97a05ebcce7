"""Requests to a site while a release goes live, and how they ended. When to send them is decided in deploy/."""
