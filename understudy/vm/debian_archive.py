"""The archive of one release of Debian or Ubuntu: which versions it has, and which of them install together."""


class DebianArchive:
    """Reads it by provision/box/archive, which keeps apt's package lists under .understudy/archive/."""
