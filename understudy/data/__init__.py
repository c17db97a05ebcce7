"""Production's data on staging: pulled, anonymised, encrypted, loaded. Not the backups of a host: host/."""
