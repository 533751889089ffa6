#!/usr/bin/env python3
"""Compares pycompile with CPython over whole standard libraries, byte for byte.

    tests/oracle/stdlib.py BINARY [--engine python|native] [--optimize N]... [--only X.Y.Z]... [--sources DIR]
                           [--orders] [--isolated] [--every N] [--cache DIR] < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)
    tests/oracle/stdlib.py --own-differences [--only X.Y.Z]... < the same lines

The reference for a file is the pyc that a fresh process of that CPython writes when it compiles this file and nothing
else (unchecked hash, recorded filename relative to the library), with PYTHONHASHSEED=0. References are
computed once and kept in the cache directory. `--orders` compiles three times more at each level: with one worker, with eight, and
with the list reversed; all bytes must be the same. `--sources DIR` replaces the standard library by that tree.

`--isolated` uses references of `python -I`, which ignores PYTHONHASHSEED: up to 3.10 the members of a frozenset are
written in the order of their hashes, so that CPython's own bytes change from one run to the next. The files concerned
are listed in tests/oracle/known-differences.tsv, and each can be checked with `--own-differences`: it
compiles every file under several seeds and prints those whose bytes differ.

Listed differences are counted apart. The exit status is 0 only if nothing is wrong and at least one interpreter was
available.
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

# Up to 3.10 a string is marked as shared if the process holds it anywhere: the words of a driver are in the bytes that
# it makes. These are the fewest, and all but "failure" are CPython's own.
COMPILE_ONE = """
import py_compile, sys, warnings
warnings.simplefilter("ignore")
source, target, name, error, optimize = sys.argv[1:]
try:
    py_compile.compile(source, target, name, doraise=True, optimize=int(optimize),
                       invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
except (py_compile.PyCompileError, RecursionError, MemoryError) as failure:
    with open(error, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(str(failure))
"""
# Without -I the working directory is on the path.
SEEDED = "import sys\ndel sys.path[0]\n" + COMPILE_ONE

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


def process(python, seed, *arguments):
    """Compiles one file in a fresh process; no seed: the random one of `-I`."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("PYTHON") and name != "SOURCE_DATE_EPOCH"}
    if seed is None:
        command = [python, "-I", "-S", "-c", COMPILE_ONE]
    else:
        environment["PYTHONHASHSEED"] = str(seed)
        command = [python, "-s", "-S", "-c", SEEDED]
    subprocess.run([*command, *arguments], env=environment, check=True)


def reference(python, root, path, level, folder, seed):
    name = path.relative_to(root).as_posix()
    content = path.read_bytes()
    key = hashlib.sha256(f"{name}\0{level}\0{seed}\0".encode() + COMPILE_ONE.encode() + content).hexdigest()
    cfile, refusal = folder / f"{key}.pyc", folder / f"{key}.refused"
    if not cfile.exists() and not refusal.exists():
        process(python, seed, path, cfile, name, refusal, str(level))
    return cfile.read_bytes() if cfile.exists() else None


def references(python, root, paths, level, folder, seed):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(paths, pool.map(lambda path: reference(python, root, path, level, folder, seed), paths)))


def own_differences(interpreters, options):
    """CPython against itself: each file under four seeds."""
    for version, python in interpreters:
        root, paths = sources_of(python, version, options.sources)
        folder = options.cache / version
        folder.mkdir(parents=True, exist_ok=True)
        for level in options.optimize or [0]:
            runs = [references(python, root, paths, level, folder, seed) for seed in (0, 1, 2, 3)]
            for path in paths:
                if len({run[path] for run in runs}) > 1:
                    name = path.relative_to(root).as_posix()
                    print(f"python\t{version}\t{name}\thash seed: level {level}, a frozenset in hash order", flush=True)


def ours(binary, engine, python, version, level, root, paths, out, jobs):
    command = [binary, "compile", "-qq", "--force", "--engine", engine, "--optimize", str(level), "-j", str(jobs),
               "--python", version, "--invalidation-mode", "unchecked-hash",
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


def knows(binary, version):
    """Whether the native engine has this release. If not: said loudly, and counted."""
    asked = [binary, "compile", "--engine", "native", "--python", version, "--stdin-filename", "none.py",
             "--invalidation-mode", "unchecked-hash", "-o", "-"]
    known = subprocess.run(asked, input=b"", capture_output=True).returncode == 0
    if not known:
        line = f"NOT COMPARED: the native engine has no target for CPython {version}"
        print(line, flush=True)
        if record := os.environ.get("PYCOMPILE_SKIPPED"):
            with open(record, "a", encoding="utf-8") as file:
                print(line, file=file)
    return known


def known_differences():
    known = {}
    for line in (HERE / "known-differences.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            engine, version, name, reason = line.split("\t", 3)
            known[engine, version, name] = reason
    return known


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?")
    parser.add_argument("--own-differences", action="store_true")
    parser.add_argument("--isolated", action="store_true")
    parser.add_argument("--engine", default="python", choices=["python", "native"])
    parser.add_argument("--optimize", type=int, action="append")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--sources", type=pathlib.Path)
    parser.add_argument("--orders", action="store_true")
    parser.add_argument("--every", type=int, default=1, metavar="N")
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
    if options.own_differences:
        return own_differences(interpreters, options)
    if options.binary is None:
        sys.exit("stdlib.py: no BINARY to test")
    seed = None if options.isolated else 0
    if options.engine == "native":
        interpreters = [(version, python) for version, python in interpreters if knows(options.binary, version)]
        if not interpreters:
            sys.exit("stdlib.py: none of these interpreters is a target of the native engine: nothing was tested")
    total_wrong = 0
    for version, python in interpreters:
        root, paths = sources_of(python, version, options.sources)
        paths = paths[::options.every]
        folder = options.cache / version
        folder.mkdir(parents=True, exist_ok=True)
        for level in options.optimize or [0, 1, 2]:
            expected = references(python, root, paths, level, folder, seed)
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
            if options.orders:
                for label, jobs, order in (("-j1", 1, paths), ("-j8", 8, paths), ("reversed", 2, paths[::-1])):
                    with tempfile.TemporaryDirectory() as out:
                        again = ours(options.binary, options.engine, python, version, level, root, order, out, jobs)
                    differ = [path for path in paths if again[path] != got[path]]
                    print(f"{version} level {level} {label}: {len(differ)} differ from the first run", flush=True)
                    total_wrong += len(differ)
    sys.exit(1 if total_wrong else 0)


if __name__ == "__main__":
    main()
