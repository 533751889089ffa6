#!/usr/bin/env python3
"""Holds pycompile against CPython over whole standard libraries, byte for byte.

    tests/oracle/stdlib.py BINARY [--engine python|native] [--optimize N]... [--only X.Y.Z]... [--sources DIR]
                           [--orders] [--cache DIR] < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)

The reference for a file is the pyc that a fresh process of that CPython writes when it compiles this file and nothing
else (unchecked hash, recorded filename relative to the library). References are kept in the cache directory and made
once. `--orders` compiles three times more: with one worker, with eight, and with the list reversed; all bytes must be
the same. With `--sources DIR` that tree takes the place of the standard library.

A difference listed in tests/oracle/known-differences.tsv is counted apart. Exit status 0 only if nothing is wrong and
at least one interpreter was there.
"""
import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

COMPILE_ONE = """
import py_compile, sys, warnings
warnings.simplefilter("ignore")
path, cfile, name, refusal, level = sys.argv[1:]
try:
    py_compile.compile(path, cfile, name, doraise=True, optimize=int(level),
                       invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
except (py_compile.PyCompileError, RecursionError, MemoryError) as error:
    with open(refusal, "w", encoding="utf-8", errors="backslashreplace") as out:
        out.write(str(error))
"""

LIBRARY = "import sysconfig; print(sysconfig.get_path('stdlib'))"


def sources_of(python, version, tree):
    root = tree or pathlib.Path(subprocess.run([python, "-I", "-S", "-c", LIBRARY], check=True, text=True,
                                               capture_output=True).stdout.strip())
    with_tests = tree is not None or version.startswith("3.14.")
    chosen = []
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).parts
        if not path.is_file() or "site-packages" in parts or "dist-packages" in parts:
            continue
        if not with_tests and ("test" in parts or "tests" in parts):
            continue
        chosen.append(path)
    return root, chosen


def reference(python, root, path, level, folder):
    name = path.relative_to(root).as_posix()
    content = path.read_bytes()
    key = hashlib.sha256(f"{name}\0{level}\0".encode() + content).hexdigest()
    cfile, refusal = folder / f"{key}.pyc", folder / f"{key}.refused"
    if not cfile.exists() and not refusal.exists():
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        environment.pop("SOURCE_DATE_EPOCH", None)
        subprocess.run([python, "-I", "-S", "-c", COMPILE_ONE, path, cfile, name, refusal, str(level)],
                       env=environment, check=True)
    return cfile.read_bytes() if cfile.exists() else None


def ours(binary, engine, python, version, level, root, paths, out, jobs):
    command = [binary, "compile", "-qq", "--force", "--engine", engine, "--optimize", str(level), "-j", str(jobs),
               "--python", ".".join(version.split(".")[:2]), "--invalidation-mode", "unchecked-hash",
               "--layout", "legacy", "--strip-dir", root, "--output-dir", out, "-0", "-"]
    if engine == "python":
        command[2:2] = ["--interpreter", python]
    done = subprocess.run(command, input=b"\0".join(os.fsencode(path) for path in paths), capture_output=True)
    if done.returncode not in (0, 1):
        sys.exit(f"pycompile exited {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    results = {}
    for path in paths:
        pyc = pathlib.Path(out) / (path.relative_to(root).as_posix() + "c")
        results[path] = pyc.read_bytes() if pyc.exists() else None
    return results


def known_differences():
    known = {}
    for line in (HERE / "known-differences.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            engine, version, name, reason = line.split("\t", 3)
            known[engine, version, name] = reason
    return known


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--engine", default="python", choices=["python", "native"])
    parser.add_argument("--optimize", type=int, action="append")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--sources", type=pathlib.Path)
    parser.add_argument("--orders", action="store_true")
    parser.add_argument("--cache", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
                        / "pycompile-references")
    options = parser.parse_args()
    known = known_differences()
    interpreters = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    interpreters = [(version, python) for version, python in interpreters
                    if not options.only or any(version == only or version.startswith(only + ".") for only in options.only)]
    if not interpreters:
        sys.exit("stdlib.py: NO INTERPRETER to compare with: nothing was tested")
    total_wrong = 0
    for version, python in interpreters:
        root, paths = sources_of(python, version, options.sources)
        folder = options.cache / version
        folder.mkdir(parents=True, exist_ok=True)
        for level in options.optimize or [0, 1, 2]:
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                expected = dict(zip(paths, pool.map(lambda path: reference(python, root, path, level, folder), paths)))
            with tempfile.TemporaryDirectory() as out:
                got = ours(options.binary, options.engine, python, version, level, root, paths, out, os.cpu_count())
            wrong, listed = [], []
            for path in paths:
                if got[path] != expected[path]:
                    name = path.relative_to(root).as_posix()
                    (listed if (options.engine, version, name) in known else wrong).append(name)
            same = sum(1 for path in paths if got[path] == expected[path] and expected[path] is not None)
            refused = sum(1 for path in paths if got[path] is None and expected[path] is None)
            print(f"{version} level {level}, {options.engine} engine: {same} identical, {refused} refused by both, "
                  f"{len(listed)} known differences, {len(wrong)} wrong, of {len(paths)}", flush=True)
            for name in wrong[:20]:
                print(f"    wrong: {name}")
            total_wrong += len(wrong)
            if options.orders and level == 0:
                for label, jobs, order in (("-j1", 1, paths), ("-j8", 8, paths), ("reversed", 2, paths[::-1])):
                    with tempfile.TemporaryDirectory() as out:
                        again = ours(options.binary, options.engine, python, version, level, root, order, out, jobs)
                    differ = [path for path in paths if again[path] != got[path]]
                    print(f"{version} {label}: {len(differ)} differ from the first run", flush=True)
                    total_wrong += len(differ)
    sys.exit(1 if total_wrong else 0)


main()
