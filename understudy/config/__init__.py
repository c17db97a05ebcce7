"""deploy.yml as values, a module for each part of it, and its mistakes with line and fix.

Nothing is looked up on hosts or in the repository here.
"""
