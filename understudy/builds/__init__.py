"""Wheels of packages that are published without one: built once, in a root of the host's release.

That root is on this machine: a compiler never reaches a host. What is built is downloaded by release/.
"""
