#!/usr/bin/env python3
"""Compiles standard libraries with the interpreters on this machine and passes the pycs to the test binary `oracle_marshal`.

    tests/oracle/marshal.py [--only X.Y]... [--cache DIR] < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)

The exit status is 0 only if every pyc is the same after reading and writing and at least one interpreter was available.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

COMPILE = """
import pathlib, py_compile, sys, sysconfig, warnings
warnings.simplefilter("ignore")
root, out = pathlib.Path(sysconfig.get_path("stdlib")), pathlib.Path(sys.argv[1])
for source in sorted(root.rglob("*.py")):
    name = source.relative_to(root)
    if {"site-packages", "dist-packages", "test", "tests"} & set(name.parts):
        continue
    for level in (0, 2):
        target = out / str(level) / name.with_suffix(".pyc")
        try:
            py_compile.compile(str(source), str(target), name.as_posix(), doraise=True, optimize=level)
        except (py_compile.PyCompileError, RecursionError):
            pass
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--cache", type=pathlib.Path)
    options = parser.parse_args()
    folders = []
    with tempfile.TemporaryDirectory() as scratch:
        for line in sys.stdin:
            version, _, python = line.strip().partition("\t")
            if options.only and not any(version.startswith(only + ".") for only in options.only):
                continue
            folder = (options.cache or pathlib.Path(scratch)) / f"reading-{version}"
            if not folder.exists():
                folder.mkdir(parents=True)
                subprocess.run([python, "-I", "-S", "-c", COMPILE, str(folder)], check=True)
            folders.append(str(folder))
        if not folders:
            sys.exit("NOT COMPARED: no interpreter")
        command = ["cargo", "test", "--quiet", "--profile", "fast", "--test", "oracle_marshal", "--", *folders]
        sys.exit(subprocess.run(command, cwd=HERE.parent.parent).returncode)


main()
