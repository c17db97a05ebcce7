"""The signed record of a rehearsal, and the gate that requires it. No rehearsal is run here."""
