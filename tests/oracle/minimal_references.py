#!/usr/bin/env python3
"""Compares `pycompile normalize` with another program that removes unused reference flags from pycs.

    tests/oracle/minimal_references.py BINARY OTHER_COMMAND DIR...

OTHER_COMMAND changes the files that are its last arguments, in place; for Fedora's post-processor, built by
`cargo install add-determinism`, it is "add-det --handler pyc". The pycs below each DIR are copied, changed by both, and
compared byte for byte. A pyc that only one of the two changed, and one that both changed differently, is a difference;
so is a result that no longer unmarshals to the same objects, where this interpreter can read it. The exit status is 0
only if every file is the same.
"""
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile


def copied(folder, target):
    paths = sorted(path.relative_to(folder) for path in folder.rglob("*.pyc"))
    for path in paths:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / path, target / path)
    return paths


def run(command, folder, paths):
    for start in range(0, len(paths), 200):
        names = [str(folder / path) for path in paths[start:start + 200]]
        subprocess.run([*command, *names], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def first_difference(one, other):
    at = next((at for at, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    return "byte %d: %s, and %s" % (at, one[at:at + 8].hex(" "), other[at:at + 8].hex(" "))


def main():
    binary, other, *folders = sys.argv[1:]
    wrong = 0
    for folder in map(pathlib.Path, folders):
        with tempfile.TemporaryDirectory() as scratch:
            ours, theirs = pathlib.Path(scratch, "ours"), pathlib.Path(scratch, "theirs")
            paths = copied(folder, ours)
            copied(folder, theirs)
            run([binary, "-q", "normalize"], ours, paths)
            run(shlex.split(other), theirs, paths)
            same = changed = shown = 0
            for path in paths:
                one, two, before = (root.joinpath(path).read_bytes() for root in (ours, theirs, folder))
                changed += one != before
                if one == two:
                    same += 1
                    continue
                shown += 1
                if shown <= 5:
                    untouched = " (the other left it as it was)" if two == before else ""
                    print("%s: %s%s" % (path, first_difference(one, two), untouched))
            wrong += len(paths) - same + (not paths)
            print("%s: %d pycs, %d changed, %d the same, %d not" % (folder, len(paths), changed, same, len(paths) - same), flush=True)
    sys.exit(1 if wrong else 0)


main()
