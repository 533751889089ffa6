#!/usr/bin/env python3
"""Times `verify` of a site-packages of 5,000 files and `compile` of the same files, for a version of the native compiler.

    benches/verify.py BINARY [--rounds N] [--files N] < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)

Both run in turns on the same copy of CPython 3.14's library, which is repeated as often as necessary; `verify` reads, compiles
and compares, `compile` reads, compiles and writes. Where strace is installed, one more run of `verify` counts how often each
source and each pyc is opened.
"""
import argparse
import collections
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from native import LIBRARY, best


def opened(command, root):
    """Returns the number of sources and pycs of `root` that are opened, and the most times that one is opened."""
    with tempfile.NamedTemporaryFile("r") as trace:
        subprocess.run(["strace", "-f", "-qq", "-e", "trace=openat,open", "-o", trace.name, *command], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Names may be relative to a directory that is held open; every name of a module is unique to this count.
        counts = collections.Counter()
        for line in trace:
            found = re.search(r'"([^"]+\.pyc?)", O_[^)]*\) = \d', line)
            if found:
                counts[found[1]] += 1
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--files", type=int, default=5000)
    options = parser.parse_args()
    pythons = dict(line.rstrip("\n").split("\t") for line in sys.stdin if line.strip())
    python = next((python for version, python in pythons.items() if version.startswith("3.14.")), None)
    if python is None:
        sys.exit("verify.py: NO CPython 3.14, whose library is needed: nothing was measured")
    binary = str(pathlib.Path(options.binary).resolve())
    root = pathlib.Path(subprocess.run([python, "-I", "-S", "-c", LIBRARY], check=True, text=True,
                                       capture_output=True).stdout.strip())
    library = sorted(path for path in root.rglob("*.py")
                     if path.is_file() and not {"site-packages", "dist-packages"} & set(path.parts))
    with tempfile.TemporaryDirectory() as work:
        packages = pathlib.Path(work) / "site-packages"
        compile = [binary, "compile", "-qq", "-r", "--force", "--engine", "native", "--python", "3.14",
                   "--invalidation-mode", "checked-hash", str(packages)]
        copies = size = 0
        while copies < options.files:
            number = copies // len(library)
            for path in library[:options.files - copies]:
                # Each has a name of its own, by which a trace distinguishes them.
                relative = path.relative_to(root)
                copy = packages / f"copy{number}" / relative.parent / f"c{number}_{'_'.join(relative.parts)}"
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
                copies, size = copies + 1, size + path.stat().st_size
        subprocess.run(compile, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pycs = sum(1 for _ in packages.rglob("*.pyc"))
        print(f"{copies} sources, {size} bytes, {pycs} pycs")
        verify = [binary, "verify", "-qq", str(packages)]
        for jobs in ("1", "2"):
            compiled, verified = best(options.rounds, [*compile, "-j", jobs], [*verify, "-j", jobs])
            for name, (wall, cpu, memory) in (("compile", compiled), ("verify", verified)):
                print(f"-j{jobs} {name}: {wall:.2f} s by the clock, {cpu:.2f} s of processor time, {memory:.0f} MB")
            print(f"-j{jobs} verify takes {verified[1] / compiled[1]:.2f} of the processor time of compile, "
                  f"{verified[0] / compiled[0]:.2f} by the clock")
        if shutil.which("strace") is None:
            print("NOT MEASURED: no strace: how often each file is opened")
            return
        counts = opened([*verify, "-j", "1"], packages)
        most = max(counts.values(), default=0)
        print(f"strace: {len(counts)} names of sources and pycs, each opened at most {most} times")
        for name, count in counts.most_common(3):
            if count > 1:
                print(f"    {count} times: {name}")


if __name__ == "__main__":
    main()
