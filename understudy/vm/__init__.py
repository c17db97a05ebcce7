"""The staging VM: its box, its machine, its snapshots. No deploy is decided here."""
