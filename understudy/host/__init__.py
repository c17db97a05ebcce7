"""One host: what was observed, its session with lock and audit log, steps, health, secrets, provisioning.
What a deploy does is decided in deploy/.
"""
