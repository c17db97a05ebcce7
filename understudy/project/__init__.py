"""init: what the repository of an app holds, and the deploy.yml and the other first files that follow from it.

The app's code is read and never run. Reading its files and writing the new ones is done by files.py alone.
eject: files of the project that are used in place of Understudy's own.
"""
