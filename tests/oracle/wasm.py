#!/usr/bin/env python3
"""Compares the native compiler with releases of CPython that are available only as WebAssembly, through node and npm.

    python3.14 tests/oracle/wasm.py BINARY
    python3.12 tests/oracle/wasm.py BINARY

Python 3.14 compares with the package's 3.14.2, Python 3.12 with its 3.12.7, Python 3.13 with its 3.13.2, and Python 3.11 with
its 3.11.3. 3.13.2 is not a target: it writes 3.13.5's code, but accepts four goldens that 3.13.0 accepts and 3.13.5 refuses,
which are reported as wrong. The sources are random programs, the running interpreter's standard library and the sources of
the goldens. The WebAssembly build compiles all files in one process, so references are not compared; everything else is.
"""

import argparse
import marshal
import math
import pathlib
import struct
import subprocess
import sys
import sysconfig
import tempfile
import types

HERE = pathlib.Path(__file__).resolve().parent
# The package's version, and the release to ask pycompile for.
PACKAGES = {(3, 11): ("0.25.1", "3.11.7"), (3, 12): ("0.27.7", "3.12.7"), (3, 13): ("0.29.5", "3.13.5"),
            (3, 14): ("314.0.2", "3.14.2")}
LEVELS = (0, 2)
PROGRAM = """
import marshal, os, sys, warnings
warnings.simplefilter("ignore")
for name in sorted(os.listdir("/shared/in")):
    with open(f"/shared/in/{name}", "rb") as file:
        source = file.read()
    for level in LEVELS:
        try:
            made = b"1" + marshal.dumps(compile(source, name, "exec", dont_inherit=True, optimize=level))
        except Exception as error:
            made = b"0" + f"{type(error).__name__}: {error}".encode(errors="replace")
        with open(f"/shared/out/{name}.{level}", "wb") as file:
            file.write(made)
".".join(map(str, sys.version_info[:3]))
"""
FIELDS = ("argcount posonlyargcount kwonlyargcount flags names varnames cellvars freevars filename name qualname "
          "firstlineno code stacksize linetable exceptiontable").split()


def value(item):
    """All that is in a constant, whatever is shared."""
    if isinstance(item, types.CodeType):
        return "code", [value(member) for member in item.co_consts], [getattr(item, "co_" + field) for field in FIELDS]
    if isinstance(item, tuple):
        return "tuple", [value(member) for member in item]
    if isinstance(item, frozenset):
        return "frozenset", sorted(map(repr, map(value, item)))
    if isinstance(item, slice):
        return "slice", value((item.start, item.stop, item.step))
    if isinstance(item, float):  # The sign of a NaN is the machine's.
        return "float", "nan" if item != item else struct.pack("<d", item)
    if isinstance(item, complex):
        return "complex", value(item.real), value(item.imag)
    return type(item).__name__, item


def has_arithmetic(item):
    """Whether a constant is in a value that the machine or its C library decides: a NaN, or complex and not finite."""
    if isinstance(item, (tuple, list)):
        if item[:1] == ("complex",) and isinstance(item[1], tuple):
            return any(part[1] == "nan" or not math.isfinite(struct.unpack("<d", part[1])[0]) for part in item[1:])
        return item == ("float", "nan") or any(map(has_arithmetic, item))
    return False


def difference(one, other, place="code"):
    """Where two values differ first."""
    if type(one) is type(other) and isinstance(one, (tuple, list)):
        for at, pair in enumerate(zip(one, other)):
            if pair[0] != pair[1]:
                return difference(*pair, f"{place}.{FIELDS[at] if len(one) == len(FIELDS) else at}")
    return f"{place}: {one!a:.300} and {other!a:.300}"


def sources(options):
    if options.sources:
        yield from ((path.stem, path.read_bytes()) for path in sorted(options.sources.glob("*.py")))
        return
    sys.path.insert(0, str(HERE))
    from generator import Place, Program, Sentence
    series = "%d.%d" % sys.version_info[:2]
    for made in (Program, Sentence, Place):
        for number in range(options.count):
            yield f"{made.__name__}{number}", made(f"wasm/{number}", series).encoded()
    for folder in HERE.parent / "golden", pathlib.Path(sysconfig.get_path("stdlib")):
        for path in sorted(folder.rglob("*.py")):
            if path.is_file() and not {"site-packages", "dist-packages"} & set(path.parts):
                yield "-".join((folder.name, *path.relative_to(folder).with_suffix("").parts)), path.read_bytes()


def native(binary, release, level, folder):
    """The code by name of file."""
    out = folder / f"native.{level}"
    done = subprocess.run([binary, "compile", "-qq", "-r", "--engine", "native", "--python", release, "--optimize", str(level),
                           "--invalidation-mode", "unchecked-hash", "--layout", "legacy", "--strip-dir", folder / "in",
                           "--output-dir", out, folder / "in"], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"pycompile exited {done.returncode}: {done.stderr[-2000:]}")
    return {path.stem: path.read_bytes()[16:] for path in out.rglob("*.pyc")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("--count", type=int, default=500, help="random programs, sentences and places, each")
    parser.add_argument("--sources", type=pathlib.Path, help="the files of this directory instead")
    parser.add_argument("--only", default="", help="names that contain this")
    options = parser.parse_args()
    package, release = PACKAGES[sys.version_info[:2]]
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", f"pyodide@{package}"], cwd=folder, check=True)
        (folder / "in").mkdir()
        (folder / "out").mkdir()
        for name, source in sources(options):
            if options.only in name:
                (folder / "in" / f"{name}.py").write_bytes(source)
        program = PROGRAM.replace("LEVELS", repr(LEVELS))
        node = subprocess.run(["node", HERE / "wasm.mjs", folder / "node_modules/pyodide", folder, program], check=True,
                              capture_output=True, text=True)
        wrong, same, refused, arithmetic = 0, 0, 0, 0
        for level in LEVELS:
            found = native(options.binary, release, level, folder)
            for path in sorted((folder / "in").iterdir()):
                made, ours = (folder / "out" / f"{path.name}.{level}").read_bytes(), found.get(path.stem)
                if made[:1] == b"0" and ours is None:
                    refused += 1
                    continue
                if made[:1] == b"0":
                    fault = f"only CPython refuses: {made[1:].decode()}"
                elif ours is None:
                    fault = "only pycompile refuses"
                else:
                    sides = value(marshal.loads(made[1:])), value(marshal.loads(ours))
                    if sides[0] == sides[1]:
                        same += 1
                        continue
                    if any(map(has_arithmetic, sides)):
                        arithmetic += 1
                        continue
                    fault = difference(*sides)
                wrong += 1
                print(f"{path.name} at level {level}: {fault}")
        print(f"{node.stdout} as WebAssembly, pycompile's {release}: {same} equal, "
              f"{refused} refused by both, {arithmetic} differ and have NaN or infinite complex constants, {wrong} wrong")
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main()
