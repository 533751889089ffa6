#!/usr/bin/env python3
"""Runs CPython's own test_compileall with the module `pycompile` in the place of `compileall`.

    PYCOMPILE_PROGRAM=BINARY PYTHONPATH=python PYTHON tests/python/compileall_suite.py

PYTHON needs its test suite. The tests of the command line are left out: they start
`-m compileall` in another process, which is the standard library's.
"""

import os
import platform
import sys
import unittest

import pycompile

# Test → why it cannot pass: these replace parts of compileall by mocks and look at the calls.
EXPECTED = {
    "test_compile_pool_called": "the program has threads, not a pool of Python processes",
    "test_compile_workers_cpu_count": "the program has threads, not a pool of Python processes",
    "test_compile_one_worker": "compile_dir does not call compile_file: the program compiles all files at once",
    "test_compile_missing_multiprocessing": "compile_dir does not call compile_file, and needs no multiprocessing",
}


def tests_of(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_of(test)
        else:
            yield test


def main():
    # One of the tests imports a module in another process, which has to write its pyc.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        from test import test_compileall
    except ImportError as error:
        sys.exit(f"no test suite: {error}")
    original = test_compileall.compileall
    sys.modules["compileall"] = test_compileall.compileall = pycompile
    suite = unittest.TestSuite()
    for test in tests_of(unittest.defaultTestLoader.loadTestsFromModule(test_compileall)):
        if not type(test).__name__.startswith("CommandLineTests"):
            suite.addTest(test)
    result = unittest.TextTestRunner(verbosity=0).run(suite)
    failed = result.failures + result.errors
    unexpected = [test for test, _ in failed if test.id().rpartition(".")[2] not in EXPECTED]
    for name, reason in EXPECTED.items():
        if any(test.id().endswith("." + name) for test, _ in failed):
            print(f"expected to fail: {name}: {reason}")
    print(f"{platform.python_version()}: {result.testsRun} tests, {len(result.skipped)} skipped, "
          f"{len(failed)} failed, {len(unexpected)} of them not expected")
    sys.exit(0 if result.testsRun and not unexpected and original is not pycompile else 1)


if __name__ == "__main__":
    main()
