#!/usr/bin/env python3.14
"""Compares pycompile's limits with those of the running CPython, and checks that its time grows in
proportion to the size.

    python3.14 -I -S tests/oracle/limits.py target/release/pycompile [--save FOLDER]

The Python may be any of 3.11 to 3.15.

One run of pycompile compiles programs on both sides of each limit, which shows whether a refused program makes others fail.
Then it compiles sources of one, two and four times a size, and prints the time of each.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import reference  # noqa: E402, first of all: it forks
from sizes import sizes  # noqa: E402

import argparse  # noqa: E402
import resource  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402


def nested(head, depth, inner="x\n", tail=""):
    text = "".join(" " * level + head + "\n" for level in range(depth)) + " " * depth + inner
    return text + "".join(" " * level + tail + "\n" for level in reversed(range(depth)) if tail)


def nested_strings(depth):
    text = "a"
    for _ in range(depth):
        text = 'f"{' + text + '}"'
    return text


# What costs CPython's parser more of its 6000 levels for each bracket than brackets alone: it ends before 200 of them.
BRACKETED = {
    "(a < ": ")", "(a not in ": ")", "(not a < ": ")", "(a and b < ": ")", "(a and ": ")", "(1, ": ")", "(1, 2, ": ")",
    "[1, ": "]", "{1, ": "}", "{a: b, c: ": "}", "(a ** ": ")", "(a ** -": ")", "(lambda: ": ")", "(lambda a=": ": a)",
    "(lambda *a, b=": ": c)", "(a < b if c < ": " else d)", "f(a, b=": ")", "f(*a, *": ")", "a[b, ": "]", "(x for x in ": ")",
}


def programs():
    for number, (opened, closed) in enumerate(BRACKETED.items()):
        for depth in (*range(163, 174), *range(179, 201)):
            for place in ("{}", "x: {} = 1", "if {}: pass"):
                yield f"levels_{len(place)}_{number}", depth, place.format(opened * depth + "z" + closed * depth) + "\n"
    for depth in (20, 21, 22, 99, 100, 101):
        yield "indent", depth, nested("if x:", depth)
        for head in ("for x in y:", "while x:", "with x:", "def f():", "class A[T]:"):
            yield head.split()[0], depth, nested(head, depth)
        yield "try", depth, nested("try:", depth, tail="finally: y")
        yield "match", depth, "".join(
            f"{'  ' * level}match a:\n{'  ' * level} case b:\n" for level in range(depth)) + "  " * depth + "x\n"
    for depth in (1, 10, 11, 12, 21, 22):
        comprehension = "r"
        for _ in range(depth):
            comprehension = f"[{comprehension} for i in r]"
        yield "comprehension", depth, f"x = {comprehension}\n"
        yield "async_comprehension", depth, f"async def f():\n x = {comprehension.replace('for', 'async for')}\n"
    for depth in (148, 149, 150, 199, 200, 201, 1000):
        yield "parentheses", depth, "x=" + "(" * depth + ")" * depth + "\n"
        yield "brackets", depth, "x=" + "[" * depth + "]" * depth + "\n"
        yield "strings", depth, f"x={nested_strings(depth)}\n"
    for size in (1000, 2900, 3100, 5900, 6100, 9_990, 10_010, 20_000, 40_000):
        yield "not", size, "x=" + "not " * size + "a\n"
        yield "minus", size, "x=" + "-" * size + "a\n"
        yield "power", size, "x=" + "**".join("a" * size) + "\n"
        yield "else", size, "x=" + "a if b else " * size + "c\n"
        yield "elif", size, "if a: b\n" + "elif a: b\n" * size
        yield "plus", size, "x=" + "+".join("a" * size) + "\n"
        yield "attributes", size, "x=a" + ".b" * size + "\n"
        yield "calls", size, "x=a" + "()" * size + "\n"
        yield "comparison", size, "x=" + "<".join("a" * size) + "\n"
        yield "and", size, "x=" + " and ".join("a" * size) + "\n"
    for size in (900, 997, 998, 999, 1000, 3100):
        yield "lambda", size, "x=" + "lambda: " * size + "a\n"
    for size in (4299, 4300, 4301, 10_000):
        yield "decimal", size, "x=" + "1" * size + "\n"
        yield "underscored", size, "x=" + "_".join("1" * size) + "\n"
        yield "hexadecimal", size, "x=0x" + "1" * size + "\n"
        yield "float", size, "x=1." + "1" * size + "\n"
    for size in (254, 255, 256, 257, 1000):
        names = [f"a{number}" for number in range(size)]
        yield "arguments", size, f"f({', '.join(names)})\n"
        yield "keywords", size, f"f({'=1, '.join(names)}=1)\n"
        yield "parameters", size, f"def f({', '.join(names)}): pass\n"
        yield "targets", size, f"{', '.join(names)}, *b = x\n"
        yield "captures", size, f"match x:\n case [{', '.join(names)}, *b]: pass\n"
        yield "cells", size, "def f():\n" + "".join(f" {n}=1\n" for n in names) + f" return lambda: {'+'.join(names)}\n"


def seconds(binary, path, out):
    """The least of three times of the processor."""
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [binary, "compile", "-qq", "--force", "--engine", "native", "--python", "3.14", "-o", out, path],
            capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
        if done.returncode not in (0, 1):
            sys.exit(f"pycompile exited {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    return min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--save", type=Path, help="keep the programs here")
    parser.add_argument("--growth", action="store_true", help="also time each pattern of sizes.py at three sizes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.save or Path(scratch, "in")
        folder.mkdir(parents=True, exist_ok=True)
        for name, size, text in programs():
            (folder / f"{name}_{size:06}.py").write_text(text)
        wrong = reference.compare(options.binary, str(folder), scratch, ["exception", "message"])
        for name, source in sizes() if options.growth else ():
            taken = []
            for size in (1000, 2000, 4000):
                path = Path(scratch, "size.py")
                text = source(size)
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
                taken.append(seconds(options.binary, str(path), str(Path(scratch, "size.pyc"))))
            # Four times as much for a cost that grows with the size, sixteen times for one that grows with its square.
            steep = taken[2] > 8 * max(taken[0], 0.02)
            shown = ", ".join(f"{one:.3f} s" for one in taken)
            print(f"{name}: {shown} for 1, 2, 4 times the size{': NOT LINEAR' if steep else ''}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
