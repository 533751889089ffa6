#!/usr/bin/env python3
"""Checks that the number of executed instructions grows in proportion to the size of the input.

    tests/oracle/growth.py target/release/pycompile [--only TEXT] [--size N] [--every N]

valgrind counts them, so the figures are the same on every machine. For each pattern of `sizes.py`, and for archives,
a program of the size and one of twice the size are compared. A cost in proportion to the size doubles, and one in
proportion to its square quadruples.
"""

import argparse
import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from sizes import sizes  # noqa: E402

# Between twice and four times as much. Tables that grow by doubling are why it is not nearer to 2.
STEEP = 3.0
# Of these the square is CPython's own: of swaps in its bytecode, and of intermediate strings.
SQUARE = ("captures star", "string concat")
# CPython swaps on the stack up to some 250 captures; from there on the bytecode grows with their number.
CAPTURES = ("captures", "captures mapping", "captures class")


def record_line(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def wheel(path, files, more_rows=""):
    """A wheel with these files, whose RECORD has these further rows."""
    info = "demo-1.0.dist-info"
    files = {
        **files,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = "".join(record_line(name, data) for name, data in files.items())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(f"{info}/RECORD", f"{rows}{more_rows}{info}/RECORD,,\n")


def archives():
    """By name: what makes a wheel of a size, and the arguments of the command."""
    commands = {
        "pack": ["pack", "{}", "--bytecode", "pycache", "--python", "3.14", "--output-dir", "{out}"],
        "verify": ["verify", "{}"],
        "manifest": ["manifest", "{}"],
        "diff": ["diff", "{}", "{}"],
    }
    patterns = {
        "entries": lambda path, size: wheel(path, {f"demo/m{number}.py": b"x = 1\n" for number in range(size)}),
        "nested folders": lambda path, size: wheel(
            path, {"/".join(["demo"] * (number % 50 + 1)) + f"/m{number}.txt": b"x" for number in range(size)}),
        "zeros": lambda path, size: wheel(path, {"demo/a.bin": bytes(size * 4000)}),
        "rows for one file": lambda path, size: wheel(
            path, {"demo/a.py": b"x = 1\n" * 1000}, record_line("demo/a.py", b"x = 1\n" * 1000) * size),
        "rows without file": lambda path, size: wheel(
            path, {}, "".join(record_line(f"demo/m{number}.py", b"") for number in range(size))),
    }
    for command, arguments in commands.items():
        for name, make in patterns.items():
            yield f"{command}: {name}", make, arguments


def instructions(arguments):
    counted = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *arguments]
    done = subprocess.run(counted, capture_output=True, text=True, errors="replace")
    if done.returncode not in (0, 1, 2):
        sys.exit(f"{arguments} exited {done.returncode}: {done.stderr[-2000:]}")
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def measured(binary, scratch, only, size, every):
    """Of each pattern: its name, and the instructions for nothing, for the size and for twice the size."""
    source, output = scratch / "size.py", str(scratch / "size.pyc")
    compile_ = [binary, "compile", "-qq", "--force", "--engine", "native", "--python", "3.14", "-j", "1", "-o", output]
    source.write_text("")
    nothing = instructions([*compile_, str(source)])
    for number, (name, program) in enumerate(sizes()):
        if only in name and number % every == 0:
            least = max(size, 400) if name in CAPTURES else size
            counts = []
            for factor in (1, 2):
                text = program(least * factor)
                source.write_bytes(text if isinstance(text, bytes) else text.encode())
                counts.append(instructions([*compile_, str(source)]))
            yield name, nothing, *counts
    path, out = scratch / "demo-1.0-py3-none-any.whl", scratch / "out"
    for number, (name, make, arguments) in enumerate(archives()):
        if only in name and number % every == 0:
            counts = []
            for factor in (0, 1, 2):
                make(path, size * factor)
                shutil.rmtree(out, ignore_errors=True)
                command = [word.format(path, out=out) for word in arguments]
                counts.append(instructions([binary, *command]))
            yield name, *counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--only", default="", help="patterns whose names have this text")
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth pattern")
    options = parser.parse_args()
    steep = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, nothing, once, twice in measured(options.binary, Path(scratch), options.only, options.size, options.every):
            ratio = (twice - nothing) / max(once - nothing, 1_000_000)
            if ratio > STEEP and name not in SQUARE:
                steep.append(name)
            print(f"{name}: {once - nothing}, {twice - nothing}: {ratio:.2f}{' STEEP' if ratio > STEEP else ''}", flush=True)
    print(f"{len(steep)} steep: {', '.join(steep)}" if steep else "all grow with the size")
    sys.exit(1 if steep else 0)


if __name__ == "__main__":
    main()
