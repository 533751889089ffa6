#!/usr/bin/env python3
"""CPython's bytes depend on what its process did before (python/cpython#129724); `pycompile diff` reports it.

    tests/oracle/order.py BINARY [--only X.Y]... < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)

Compiles the library's weakref.py and argparse.py with that version's compileall, once serially and once with `-j0`,
which uses other processes. If the two differ in a byte, `pycompile diff` must report "same code, other references" for every
file that differs, and nothing else. For 3.13 there must be a difference, because that is the reported case. Without --only,
all versions are tried.

The exit status is 0 only if 3.13 (or each version of --only) was available and passed.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

NAMES = ["weakref.py", "argparse.py"]
REPORTED = "3.13"
LIBRARY = "import sysconfig; print(sysconfig.get_path('stdlib'))"
# A python that is started through a script does not know how to start itself for the workers.
COMPILEALL = """
import sys
python, *arguments = sys.argv[1:]
if "-j0" in arguments:
    import multiprocessing
    multiprocessing.set_executable(python)
import compileall
sys.argv[1:] = arguments
sys.exit(not compileall.main())
"""


def run(*command, status=0):
    done = subprocess.run([str(part) for part in command], text=True, capture_output=True)
    if done.returncode != status:
        raise SystemExit(f"{command}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def compiled(python, library, root, *options):
    """The directory of the pycs. Sources have the same name and time on both sides."""
    root.mkdir()
    for name in NAMES:
        shutil.copy2(library / name, root / name)
    run(python, "-I", "-c", COMPILEALL, python, "-q", "-f", "-d", "lib", "--invalidation-mode", "checked-hash", *options, root)
    return root / "__pycache__"


def one(binary, version, python, work):
    """How many files differ, and what is wrong."""
    library = pathlib.Path(run(python, "-I", "-S", "-c", LIBRARY).strip())
    serial = compiled(python, library, work / "serial")
    parallel = compiled(python, library, work / "parallel", "-j0")
    differing = {path.name for path in serial.iterdir() if path.read_bytes() != (parallel / path.name).read_bytes()}
    wrong = []
    said = json.loads(run(binary, "diff", "--json", serial, parallel, status=1 if differing else 0))
    named = {file["path"]: [finding["kind"] for finding in file["findings"]] for file in said["files"]}
    if named != {name: ["references"] for name in differing}:
        wrong.append(f"diff says {named}, the files that differ are {sorted(differing)}")
    text = run(binary, "diff", "--color", "never", serial, parallel, status=1 if differing else 0)
    if text.count("same code, other references") != len(differing):
        wrong.append(f"diff's text does not name the cause:\n{text}")
    if version.startswith(REPORTED + ".") and not differing:
        wrong.append("no file differs: the report is not reproduced")
    return differing, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--only", action="append", metavar="X.Y")
    options = parser.parse_args()
    wanted = set(options.only or [REPORTED])
    failed = False
    for line in sys.stdin:
        version, python = line.rstrip("\n").split("\t")
        series = version.rpartition(".")[0]
        if options.only and series not in wanted:
            continue
        with tempfile.TemporaryDirectory() as work:
            differing, wrong = one(options.binary.resolve(), version, python, pathlib.Path(work))
        wanted.discard(series)
        print(f"{version}: {len(differing)} of {len(NAMES)} files differ between serial and -j0"
              f"{': ' if differing else ''}{', '.join(sorted(differing))}; {len(wrong)} wrong", flush=True)
        for text in wrong:
            print(f"  WRONG: {text}")
        failed |= bool(wrong)
    for series in sorted(wanted):
        print(f"NOT COMPARED: no CPython {series}")
    sys.exit(failed or bool(wanted))


if __name__ == "__main__":
    main()
