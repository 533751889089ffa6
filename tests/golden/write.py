#!/usr/bin/env python3
"""Writes the golden files in this directory.

Usage: PYTHON -I -S tests/golden/write.py [--only NAME]... [--release X.Y.Z] [PYTHON]

Run it with the newest release of 3.14, then with those of 3.11, 3.12, 3.13 and 3.15, then with the older releases. PYTHON is
one of the commands that `tools/reference-pythons` prints. The second PYTHON is the command that compiles the sources;
it is needed where `sys.executable` does not start without the script that `tools/reference-pythons` prints. `--only
NAME` (repeatable) writes only the pycs of NAME.py. `--release` is the release of the second PYTHON if it is another one: a
WebAssembly build (`tests/oracle/wasm-pythons`) compiles, but cannot run this script.

The files of 3.14 are next to the sources, those of the newest releases of 3.11, 3.12, 3.13 and 3.15 in the directories 311,
312, 313 and 315. An older release has a directory of its own, such as 313.5, with the files that differ from the newest
release of its series; 313.0, which differs most, has all files.

For each NAME.py, a fresh process writes unchecked-hash pycs with the recorded name NAME.py: NAME.pyc at level 0, and
NAME.opt-1.pyc and NAME.opt-2.pyc if they differ from it. NAME.refused says that CPython refuses the source, at level 0
and at every level without a pyc.

`refusals.tsv`, which 3.11.2 has too, has CPython's answer to each line of `refused_programs.txt` (where `\\n` and `\\\\` are escapes):
exception, message, line, column, end line, end column. That of 3.12.7, a WebAssembly build (`tests/oracle/wasm-pythons`), is
written in this directory by `PYTHON -I -S -c "import runpy; runpy.run_path('write.py')['refusals']()"`. `stack_effects.tsv` has opcode, operand and net effect; for
opcodes that set up a handler, the effect in the handler.
"""
import argparse
import opcode
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings

HERE = pathlib.Path(__file__).resolve().parent
RELEASE = sys.version_info[:3]
if "--release" in sys.argv:
    RELEASE = tuple(map(int, sys.argv[sys.argv.index("--release") + 1].split(".")))
VERSION = RELEASE[:2]
# The newest of each series, and those whose folders are whole.
NEWEST = {(3, 11): 7, (3, 12): 1, (3, 13): 18, (3, 14): 10, (3, 15): 2}
SERIES = HERE if VERSION == (3, 14) else HERE / f"{VERSION[0]}{VERSION[1]}"
IS_NEWEST = NEWEST.get(VERSION) == RELEASE[2]
FOLDER = SERIES if IS_NEWEST else HERE / f"{VERSION[0]}{VERSION[1]}.{RELEASE[2]}"
IS_WHOLE = IS_NEWEST or RELEASE == (3, 13, 0)
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


def write(source, python):
    written = []
    for level in (0, 1, 2):
        target = FOLDER / source.with_suffix(f".opt-{level}.pyc" if level else ".pyc").name
        one = ONE.replace("REFUSED", str(REFUSED))
        done = subprocess.run([python, "-I", "-S", "-c", one, source, target, source.name, str(level)],
                              stderr=subprocess.DEVNULL, cwd=HERE)
        # Some releases crash on handlers that do not fit, and so compile nothing.
        if done.returncode not in (0, REFUSED, -11):
            sys.exit(
                f"write.py: {python} does not start (exit status {done.returncode}): "
                "pass the command that `tools/reference-pythons` prints as the last argument"
            )
        if done.returncode:
            if not level:
                target.with_suffix(".refused").touch()
            continue
        written.append(target)
    if not written or written[0].suffixes != [".pyc"]:
        return
    base, *others = written
    for other in others:
        if other.read_bytes() == base.read_bytes():
            other.unlink()


def refusals():
    warnings.simplefilter("ignore")
    rows = []
    # CPython reads the line of an error again from the file.
    os.chdir(tempfile.mkdtemp())
    for line in (HERE / "refused_programs.txt").read_text("utf-8").splitlines():
        program = "\\".join(part.replace("\\n", "\n") for part in line.split("\\\\"))
        pathlib.Path("m.py").write_bytes(program.encode())
        try:
            compile(program.encode(), "m.py", "exec", dont_inherit=True)
            row = ["accepted"]
        except SyntaxError as error:
            row = [type(error).__name__, error.msg, error.lineno, error.offset, error.end_lineno, error.end_offset]
        except (ValueError, SystemError) as error:
            row = [type(error).__name__, error, None, None, None, None]
        rows.append("\t".join(map(str, row)) + "\n")
    scratch = os.getcwd()
    os.chdir(HERE)
    shutil.rmtree(scratch)
    (FOLDER / "refusals.tsv").write_text("".join(rows), "utf-8")


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


def drop_what_the_newest_has(source):
    """An older release keeps the expectations of a source if they are not those of the newest, level by level."""
    ends = [".pyc", ".opt-1.pyc", ".opt-2.pyc", ".refused"]

    def written(folder):
        paths = [folder / source.with_suffix(end).name for end in ends]
        return [path.read_bytes() if path.exists() else None for path in paths]

    if written(FOLDER) == written(SERIES):
        for end in ends:
            (FOLDER / source.with_suffix(end).name).unlink(missing_ok=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", action="append", metavar="NAME", help="write only the pycs of NAME.py")
    parser.add_argument("--release", help="the release of PYTHON, if it is another one")
    parser.add_argument("python", nargs="?", default=sys.executable, help="the command that starts this interpreter")
    options = parser.parse_args()
    if VERSION not in NEWEST:
        sys.exit("write.py: this is not CPython 3.11, 3.12, 3.13, 3.14 or 3.15")
    sources = [path for path in sorted(HERE.glob("*.py")) if path.name != "write.py"]
    if options.only:
        unknown = set(options.only) - {path.stem for path in sources}
        if unknown:
            sys.exit(f"write.py: no such source: {', '.join(sorted(unknown))}")
        sources = [path for path in sources if path.stem in options.only]
    FOLDER.mkdir(exist_ok=True)
    if not options.only:
        if IS_NEWEST and VERSION == (3, 14):
            effects()
        if IS_WHOLE or RELEASE == (3, 11, 2):
            refusals()
    for path in sources:
        write(path, options.python)
        if not IS_WHOLE:
            drop_what_the_newest_has(path)
