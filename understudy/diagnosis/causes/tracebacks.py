"""How the app's own code looks in a traceback: parts of the rules' patterns."""

# A line of the app, as opposed to one of a package. Its groups are `release`, `file` and `line`.
OWN = (
    r'File "(?P<release>/srv/[^/"]+/releases/[^/"]+)/source/(?P<file>[^"\n]+)", line (?P<line>\d+)'
)
# The app's line that raised the error itself: from it to the error there is no other call.
RAISED_BY = OWN + r".*\n(?:    .*\n)*"
# The app's line that is nearest to the error; packages may have been called by it.
NEAREST = OWN + r'.*\n(?:  (?!File "/srv/[^/"]+/releases/[^/"]+/source/).*\n)*'
# From the start of a program, by subprocess, to the error of not being able to.
STARTING_A_PROGRAM = r"in _execute_child\n(?:    .*\n)*"
# What the system says of a file, and a file of the app after that: named by its full path, or by
# one from where the app runs. Its group is `path`.
NOT_THERE = "No such file or directory: "
NOT_ALLOWED = "(?:Permission denied|Read-only file system): "
OWN_FILE = r"'(?:/srv/[^/']+/releases/[^/']+/source/|\./)?(?P<path>[^/'\n][^'\n]*)'"
