"""Hooks: commands of the user before and after a deploy, a rollback, a failure, a verdict, here and on hosts.
When a deploy calls them is in deploy/hooked.py; the key of deploy.yml in config/hooks.py.
"""
