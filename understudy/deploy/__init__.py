"""A release becomes live: plan, switch, rollback, on one host and over several."""
