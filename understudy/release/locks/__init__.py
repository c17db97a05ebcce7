"""The lock files that people have -> one normal form, which lock_file.py reads: a module for each kind.

Nothing here knows a host: markers stay, and are evaluated for the host's Python later.
"""
