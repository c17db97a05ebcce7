"""One host: what was observed, its session with lock and audit log, provisioning, health, secrets."""
