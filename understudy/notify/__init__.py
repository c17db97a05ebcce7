"""Messages to people about what a run did, by apprise. What hosts send by their clock is not here: that is a
program of the release, templates/understudy_notify.py.
"""
