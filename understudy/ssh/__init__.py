"""The one door to a host: a connection, and commands, files and port forwards over it.

What a command does is not known here: see commands/.
"""
