#!/usr/bin/env python3
"""Runs CPython's own test_py_compile with the module `pycompile` in the place of `py_compile`.

    PYCOMPILE_PROGRAM=BINARY PYTHONPATH=python PYTHON tests/python/py_compile_suite.py

PYTHON needs its test suite. The tests of the command line are left out: they start
`-m py_compile` in another process, which is the standard library's.
"""

import platform
import sys
import unittest

import pycompile

def main():
    sys.modules["py_compile"] = pycompile
    try:
        from test import test_py_compile
    except ImportError as error:
        sys.exit(f"no test suite: {error}")
    if hasattr(test_py_compile, "PyCompileCLITestCase"):
        del test_py_compile.PyCompileCLITestCase
    suite = unittest.defaultTestLoader.loadTestsFromModule(test_py_compile)
    result = unittest.TextTestRunner(verbosity=0).run(suite)
    print(f"{platform.python_version()}: {result.testsRun} tests, {len(result.skipped)} skipped, "
          f"{len(result.failures) + len(result.errors)} failed")
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)


if __name__ == "__main__":
    main()
