#!/usr/bin/env python3
"""Compares `pycompile inspect --json` with the `dis` of the interpreters on this machine: every instruction by offset, opcode,
operand, meaning of the operand, positions and jump targets; every constant; every exception handler.

    tests/oracle/disassembly.py BINARY [--only X.Y]... [--every N] [DIR...] < "VERSION<TAB>PYTHON" lines

The lines come from tools/reference-pythons. Without DIR, each interpreter of 3.11 or newer compiles its own standard
library (with --every, every Nth file); with DIR, each pyc below it is read by the interpreter with its magic number.
The exit status is 0 only if nothing differs and every selected interpreter compared at least one file.
"""
import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve()
# Before 3.11 `dis` has no positions.
OLDEST = (3, 11)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("folders", nargs="*")
    options = parser.parse_args()
    failed = compared = 0
    for line in sys.stdin:
        version, _, python = line.strip().partition("\t")
        series = tuple(map(int, version.split(".")[:2]))
        if series < OLDEST or (options.only and "%d.%d" % series not in options.only):
            continue
        worker = HERE.with_name("disassembly_worker.py")
        command = [python, "-I", str(worker), str(options.binary.resolve()), str(options.every), *options.folders]
        failed += subprocess.run(command).returncode != 0
        compared += 1
    if not compared:
        sys.exit("NOT COMPARED: no interpreter of 3.11 or newer")
    sys.exit(1 if failed else 0)


main()
