"""How two hosts differ: captures of hosts, and their comparison. Nothing here changes a host."""
