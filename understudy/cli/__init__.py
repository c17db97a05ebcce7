"""The command line: verbs, arguments, prompts, exit codes. The work of the verbs is done in other wings."""
