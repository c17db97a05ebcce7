"""Files and threads of this machine, and what its programs print. Nothing here knows of hosts or of the VM."""
