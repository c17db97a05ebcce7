"""The differences between two captures, and how likely each is to break an app. Pure."""
