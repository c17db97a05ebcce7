"""What a release is made of: the commit's files, locked wheels, rendered site config.

Built on this machine; deploy/ brings it to hosts.
"""
