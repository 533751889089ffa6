#!/usr/bin/env python3
"""Compiles the modules of well-known packages with CPython and with the native engine: the bytes must be the same.

    tests/oracle/packages.py BINARY [--python X.Y]... [--optimize N]... [--only NAME]... [--list FILE] [--cache DIR]
                             < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)

`packages.txt` pins the packages, and `more_packages.txt` others; pip downloads their wheels once, without dependencies, and
their `.py` files are unpacked into the cache directory. CPython compiles each file in a process of its own, as described in
random_programs.py. A file that CPython refuses must be refused. The default version is 3.14. The exit status is 0 only if
nothing is wrong and the interpreters were available.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

from random_programs import Compilers

HERE = pathlib.Path(__file__).resolve().parent


def fetched(cache, pinned):
    """The folder with the unpacked sources of what the file `pinned` names."""
    pins = pinned.read_text()
    root, done = cache / pinned.stem, cache / pinned.name
    if done.exists() and done.read_text() == pins:
        return root
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as wheels:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest",
                        wheels, "--requirement", pinned], check=True)
        for wheel in sorted(pathlib.Path(wheels).iterdir()):
            with zipfile.ZipFile(wheel) as archive:
                for name in archive.namelist():
                    if name.endswith(".py"):
                        archive.extract(name, root / wheel.name.split("-")[0])
    done.write_text(pins)
    return root


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--python", action="append", choices=["3.11", "3.12", "3.13", "3.14", "3.15"])
    parser.add_argument("--optimize", type=int, action="append")
    parser.add_argument("--only", action="append")
    parser.add_argument("--list", default="packages.txt", choices=["packages.txt", "more_packages.txt"])
    parser.add_argument("--cache", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
                        / "pycompile-packages")
    options = parser.parse_args()
    lines = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    root = fetched(options.cache, HERE / options.list)
    paths = sorted(path for path in root.rglob("*.py") if path.is_file()
                   and (not options.only or path.relative_to(root).parts[0] in options.only))
    wrong = 0
    for series in options.python or ["3.14"]:
        # The newest of a series comes last.
        found = [line for line in lines if line[0].startswith(series + ".")]
        if not found:
            sys.exit(f"packages.py: NO CPython {series}: nothing was tested for it")
        version, python = found[-1]
        for level in options.optimize or [0]:
            wrong += compare(options, version, python, level, root, paths)
    sys.exit(1 if wrong else 0)


def compare(options, version, python, level, root, paths):
    """How many files are wrong for one version at one level."""
    compilers = Compilers(options.binary, python, version)
    references = options.cache / f"{version}-{level}"
    with tempfile.TemporaryDirectory() as out:
        compilers.native(level, paths, root, out)
        counts = {"identical": 0, "refused by both": 0, "wrong": 0}
        for path in paths:
            name = path.relative_to(root).as_posix()
            reference, refusal = references / (name + "c"), references / (name + ".refused")
            if not reference.exists() and not refusal.exists():
                reference.parent.mkdir(parents=True, exist_ok=True)
                pyc, answer = compilers.cpython(level, path.read_bytes(), name)
                if pyc is None:
                    refusal.write_text(answer)
                else:
                    reference.write_bytes(pyc)
            expected = reference.read_bytes() if reference.exists() else None
            pyc = pathlib.Path(out) / (name + "c")
            got = pyc.read_bytes() if pyc.exists() else None
            outcome = "wrong" if expected != got else "refused by both" if got is None else "identical"
            counts[outcome] += 1
            if outcome == "wrong":
                print(f"    wrong: {name}", flush=True)
    counted = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    print(f"{version} level {level}, {len(paths)} files of packages: {counted}", flush=True)
    compilers.close()
    return counts["wrong"]


main()
