"""The command line: verbs, arguments, questions, and what is printed. No verb does its work here."""
