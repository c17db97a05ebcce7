"""A host's state, read by one command and kept as a file made for `git diff`. Pure."""
