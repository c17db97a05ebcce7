"""The host tests, the browser tests and the reboot test of a target."""
