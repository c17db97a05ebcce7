"""Browser tests of a deployed site: `pytest functional_tests --target TARGET`."""
