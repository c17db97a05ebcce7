"""The pytest plugin: options, fixtures and page objects for tests of a deployed site. Which tests a
rehearsal runs, and when, is in the wing above it.
"""
