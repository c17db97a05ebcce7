"""Why a step failed: the evidence, the rules, and causes/ that facts confirm. Nothing is fixed here."""
