"""Requests to a site while something else happens, and what became of them."""
