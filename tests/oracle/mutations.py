#!/usr/bin/env python3.14
"""Compares pycompile with the running CPython on pieces of real files that were damaged at random.

    python3.14 -I -S tests/oracle/mutations.py target/release/pycompile [COUNT] [SEED] [--source DIR] [--save FOLDER]

Each program is a statement of some file, with its parents' headers where it is nested, after one to three changes: a
token, a line or a character is deleted, doubled, swapped, or replaced by one from elsewhere. A program is wrong if only
one of both refuses it, if the bytes differ, or if it meets a bug.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import reference  # noqa: E402, first of all: it forks

import argparse  # noqa: E402
import ast  # noqa: E402
import random  # noqa: E402
import re  # noqa: E402
import sysconfig  # noqa: E402
import tempfile  # noqa: E402
import textwrap  # noqa: E402
import warnings  # noqa: E402

TOKEN = re.compile(r"\s+|\w+|'''|\"\"\"|[-+*/<>=!@%&|^:]+|[^\w\s]")
LARGEST = 3000
SPICE = (
    "nonlocal x\n;global x\n;return;yield;yield from x;await x;async ;break;continue;*;**;:=;=;==;lambda: ;lambda x, /: "
    "0;x := 1;(x for x in y);[*x];{**x};f'{x!r:{y}}';t'{x}';f'{x=}';b'';'';0777;1_0;1e;0x;...;->;:;,;(;);[;];{;};.;\\\n"
    ";    ;\t;\n;#;'''; not ; in ; is ; if x else y; else ; for x in y; async for x in y; import ; from . import *;"
    "from __future__ import annotations\n;del ;assert ;raise ;try:\n;except* E:\n;except:\n;finally:\n;with x as y:;match x:\n;"
    "case _:;case x:;case {**r}:;case [*a, *b]:;type X[T] = T\n;class C[T: x]: ;def f[*T, **P](): ;@d\n;__debug__;None;"
    "True;x: int\n;x: int = 1\n;(x): int;a.b: int;super();__class__;_;*a, b;**k;a=1;x=x,;print x;exec 'x';!;?;$;é;ª;\x00;"
    "\x0c;/;//;@;%;~; and ; or ;if x:;while x:;for x in y:;elif x:;else:;async def f():;lambda *, a: a;0_;1__0;0b2;0o8;"
    "1.e;'\\N{x}';'\\x';'\\ud800';b'é'").split(";")


def pieces(path):
    """Statements of a file as programs of their own."""
    try:
        text = path.read_text("utf-8")
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    lines = text.splitlines(keepends=True)
    if "\x0c" in text or "\x1c" in text:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not isinstance(node, (ast.Expr, ast.Import, ast.ImportFrom, ast.Pass)):
            first = min([node.lineno] + [one.lineno for one in getattr(node, "decorator_list", [])])
            piece = textwrap.dedent("".join(lines[first - 1 : node.end_lineno]))
            if 40 < len(piece) < LARGEST:
                yield piece


def damaged(text, chance, others):
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if chance.random() < 0.7:
            parts = TOKEN.findall(text)
            solid = [at for at, part in enumerate(parts) if chance.random() < 0.1 or not part.isspace()]
        else:
            parts = text.splitlines(keepends=True)
            solid = list(range(len(parts)))
        if not solid:
            return text
        at, other = chance.choice(solid), chance.choice(solid)
        match chance.randrange(9):
            case 0 | 1:
                del parts[at]
            case 2:
                parts.insert(at, parts[at])
            case 3:
                parts[at], parts[other] = parts[other], parts[at]
            case 4:
                parts[at] = parts[other]
            case 5:
                parts.insert(at, parts[other])
            case 6:
                parts.insert(at, chance.choice(SPICE))
            case 7:
                parts[at] = chance.choice(SPICE)
            case 8:
                if parts[at].endswith("\n"):
                    parts[at] = chance.choice((" ", "    ", "\t", "\\\n")) + parts[at]
                else:
                    parts[at] = chance.choice(TOKEN.findall(chance.choice(others)))
        text = "".join(parts)
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("count", type=int, nargs="?", default=3000)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--source", type=Path, default=Path(sysconfig.get_path("stdlib")))
    parser.add_argument("--save", type=Path, help="keep the programs here")
    parser.add_argument("--show", action="append", default=[])
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    chance = random.Random(options.seed)
    files = sorted(options.source.rglob("*.py"))
    found = [piece for path in chance.sample(files, min(len(files), 60)) for piece in pieces(path)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.save or Path(scratch, "in")
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(options.count):
            text = damaged(chance.choice(found), chance, found)
            (folder / f"m{number:06}.py").write_bytes(text.encode("utf-8", "surrogatepass"))
        print(f"seed {options.seed}: ", end="", flush=True)
        sys.exit(1 if reference.compare(options.binary, str(folder), scratch, options.show) else 0)


if __name__ == "__main__":
    main()
