"""Production's data on staging: pulled, anonymised, encrypted, loaded. Not a host's own backups."""
