"""The signed record of a passed rehearsal, and the gate that asks for it."""
