"""How two hosts differ: what is captured of a host, and the comparison. Nothing is changed by it."""
