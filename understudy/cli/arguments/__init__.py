"""The words and options of the command line and their help: a module for each group of verbs."""
