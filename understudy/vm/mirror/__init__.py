"""What the staging VM takes over from production's capture, so that it mirrors production. Pure."""
