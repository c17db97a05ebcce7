"""Files and programs of this machine."""
