"""What a host is like, read in one command and kept as a file made for `git diff`. Pure."""
