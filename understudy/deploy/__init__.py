"""A release goes live: plan, switch, rollback, on one host and over several. host/ carries the actions out."""
