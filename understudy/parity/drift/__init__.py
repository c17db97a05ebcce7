"""What is different between two captures, and how likely it is to break an app. Pure."""
