"""Checks that every site gets without a test written: a bounded crawl, then one test for each check.

The crawl collects the evidence in one visit of each page; the checks only judge it.
"""
