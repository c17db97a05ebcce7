"""Measures the house: sizes of files and functions, imports between wings, words that were given up."""
