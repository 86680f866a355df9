"""Stands in for slicer.testing: success is silent, failure raises."""

import sys
import unittest


def exitSuccess():
    """The test goes on: there is no application to leave."""


def exitFailure(message=""):
    raise AssertionError(message)


def runUnitTest(path, testname):
    sys.path.extend([path] if isinstance(path, str) else path)
    result = unittest.TextTestRunner().run(unittest.TestLoader().loadTestsFromName(testname))
    if not result.wasSuccessful():
        exitFailure(f"{testname} failed")
