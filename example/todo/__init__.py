"""Runs the site: its settings and addresses."""
