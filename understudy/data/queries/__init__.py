"""SQL about production's data, and what answers it on a host. Pure: nothing is run here."""
