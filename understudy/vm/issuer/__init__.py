"""Who issues the staging VM's certificates: a Pebble (ACME) on this machine, which runs as long as a verb that
may need it. What asks it for a certificate, on the VM, is the same as on any other host.
"""
