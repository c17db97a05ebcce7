"""Why a step failed: the evidence, the rules, and the causes that facts confirm."""
