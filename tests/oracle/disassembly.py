#!/usr/bin/env python3
"""Holds `pycompile inspect --json` against the `dis` of the interpreters on this machine: every instruction by offset, opcode,
operand, what the operand stands for, positions and jump targets; every constant; every exception handler.

    tests/oracle/disassembly.py BINARY [--only X.Y]... [--every N] [DIR...] < "VERSION<TAB>PYTHON" lines

The lines come from tools/reference-pythons. Without DIR each interpreter of 3.11 or newer compiles its own standard
library (of it, every Nth file); with it, the pycs below are taken, each by the interpreter whose magic number it has.
Exit status 0 only if nothing differs and every interpreter that was asked compared at least one file.
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
