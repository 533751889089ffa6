#!/usr/bin/env python3
"""Compares the worker of the python engine with a fresh process, for every string that the process holds.

    tests/oracle/held_strings.py BINARY < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)

CPython up to 3.10 marks a string as shared when it is held anywhere in the process. The worker
replaces some functions of the standard library, and must keep their strings alive. For each
interpreter, the names and constants of all functions that it imports for py_compile become
the constants of a source, which is compiled by both. The exit status is 0 only if no bytes
differ and at least one interpreter was compared.
"""
import pathlib
import subprocess
import sys
import tempfile

from stdlib import ours, process

STRINGS = """
import gc, types
import py_compile, warnings
held, codes = set(), [o.__code__ for o in gc.get_objects() if type(o) is types.FunctionType]
while codes:
    code = codes.pop()
    for value in (*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_cellvars, *code.co_consts):
        if type(value) is types.CodeType:
            codes.append(value)
        elif type(value) is str and len(value) < 200 and value.isascii() and value.isprintable():
            held.add(value)
for value in sorted(held):
    print(repr(value))
"""


def differs(binary, version, python, folder):
    printed = subprocess.run([python, "-s", "-S", "-c", STRINGS], check=True, capture_output=True, text=True)
    held = printed.stdout.splitlines()
    source = folder / "held.py"
    source.write_text("".join(f"_ = {value}\n" for value in held))
    expected, refused = folder / "expected.pyc", folder / "refused"
    process(python, 0, source, expected, "held.py", refused, "0")
    out = folder / "out"
    found = ours(binary, "python", python, version, 0, folder, [source], out, 1)[source]
    same = found == expected.read_bytes()
    print(f"{version}: {len(held)} strings that the process holds: {'same bytes' if same else 'DIFFERENT BYTES'}")
    return not same


def main():
    binary = sys.argv[1]
    interpreters = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    if not interpreters:
        sys.exit("no interpreter")
    wrong = 0
    for version, python in interpreters:
        with tempfile.TemporaryDirectory() as folder:
            wrong += differs(binary, version, python, pathlib.Path(folder))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
