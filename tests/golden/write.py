#!/usr/bin/env python3
"""Writes the expectations in this folder. Run it with CPython 3.13.0, 3.13, 3.14 and 3.15, as
`python3.14 -I -S tests/golden/write.py [PYTHON]`; PYTHON is the command that starts it again, where sys.executable does
not. Those of 3.14 stand beside the sources, the others in the folders 313.0, 313 and 315.

For each NAME.py the pycs that a fresh process of this CPython writes (unchecked hash, recorded name NAME.py):
NAME.pyc at level 0, NAME.opt-1.pyc and NAME.opt-2.pyc where they differ from it; NAME.refused where it compiles none.
And `stack_effects.tsv`: opcode,
operand, net effect (into the handler for those that set one up).
"""
import opcode
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
VERSION = sys.version_info[:2]
FIRST = ".0" if sys.version_info[:3] == (3, 13, 0) else ""
FOLDER = HERE if VERSION == (3, 14) else HERE / f"{VERSION[0]}{VERSION[1]}{FIRST}"
PYTHON = sys.argv[1] if len(sys.argv) > 1 else sys.executable
ONE = """
import py_compile, sys, warnings
warnings.simplefilter("ignore")
try:
    py_compile.compile(sys.argv[1], sys.argv[2], sys.argv[3], doraise=True, optimize=int(sys.argv[4]),
                       invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
except py_compile.PyCompileError:
    sys.exit(REFUSED)
"""
REFUSED = 9


def write(source):
    written = []
    for level in (0, 1, 2):
        target = FOLDER / source.with_suffix(f".opt-{level}.pyc" if level else ".pyc").name
        one = ONE.replace("REFUSED", str(REFUSED))
        done = subprocess.run([PYTHON, "-I", "-S", "-c", one, source, target, source.name, str(level)],
                              stderr=subprocess.DEVNULL)
        if done.returncode not in (0, REFUSED):
            sys.exit(f"{PYTHON} does not run: exit status {done.returncode}")
        if done.returncode:
            target.with_suffix(".refused").touch()
            return
        written.append(target)
    base, *others = written
    for other in others:
        if other.read_bytes() == base.read_bytes():
            other.unlink()


def effects():
    rows = []
    for name, number in sorted(opcode.opmap.items()) + sorted(PSEUDO.items()):
        for operand in (0, 1, 2, 3, 4, 5, 259):
            takes = number >= opcode.HAVE_ARGUMENT or number > 255
            try:
                net = opcode.stack_effect(number, operand if takes else None, jump=True if number > 255 else None)
            except ValueError:
                continue
            rows.append(f"{name}\t{operand}\t{net}\n")
    (HERE / "stack_effects.tsv").write_text("".join(rows))


PSEUDO = {name: number for number, name in enumerate(opcode.opname) if number > 255 and not name.startswith("<")}

if __name__ == "__main__":
    if VERSION not in ((3, 13), (3, 14), (3, 15)):
        sys.exit("write.py: this is not CPython 3.13, 3.14 or 3.15")
    FOLDER.mkdir(exist_ok=True)
    if VERSION == (3, 14):
        effects()
    for path in sorted(HERE.glob("*.py")):
        if path.name != "write.py":
            write(path)
