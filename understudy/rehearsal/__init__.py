"""The whole run on staging, phase by phase, and its verdict. What a phase does is in the wings below."""
