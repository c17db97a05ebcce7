"""Production's data on staging: listed, pulled, anonymised, encrypted, loaded.

The backups that a host makes of its own data are in host/.
"""
