#!/usr/bin/env python3.14
"""Compares pycompile's syntax trees with those of the running CPython, 3.12 to 3.15.

    cargo build --profile fast --test oracle_ast
    python3.14 tests/oracle/syntax_tree.py target/fast/deps/oracle_ast-… DIRECTORY_OR_FILE…

Structure, values and locations of every node must be equal. Files that this interpreter refuses must be refused.
"""

import ast
import struct
import subprocess
import sys
import warnings
from pathlib import Path


def constant(value):
    match value:
        case None | bool():
            return str(value)
        case int() if -(2**63) <= value < 2**63:
            return f"int:{value}"
        case int():
            return "big:" + value.to_bytes((value.bit_length() + 7) // 8, "little").hex()
        case float():
            return "float:" + struct.pack(">d", value).hex()
        case complex():
            return "complex:" + struct.pack(">d", value.real).hex() + "," + struct.pack(">d", value.imag).hex()
        case str():
            return "str:" + value.encode("utf-8", "surrogatepass").hex()
        case bytes():
            return "bytes:" + value.hex()
    return "Ellipsis"


def dump(node, field, depth, lines):
    kind = type(node).__name__
    head = [" " * depth, field, "=", kind]
    if "lineno" in node._attributes:
        head.append(f" {node.lineno}:{node.col_offset}-{node.end_lineno}:{node.end_col_offset}")
    children = []
    for name in node._fields:
        value = getattr(node, name)
        if name in ("kind", "type_comment", "type_ignores"):
            continue
        if kind in ("Constant", "MatchSingleton"):
            head.append(" " + constant(value))
        elif isinstance(value, ast.expr_context | ast.boolop | ast.operator | ast.unaryop):
            head.append(f" {name}={type(value).__name__}")
        elif kind == "Interpolation" and name == "str":
            head.append(" str=" + value.encode("utf-8", "surrogatepass").hex())
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, ast.cmpop):
                    head.append(f" ops={type(item).__name__}")
                elif isinstance(item, str):
                    head.append(f" {name}={item}")
                else:
                    children.append((name, item))
        elif isinstance(value, ast.AST):
            children.append(("elt" if kind == "DictComp" and name == "key" else name, value))
        elif value is not None and (name, value) != ("is_lazy", 0):
            head.append(f" {name}={value}")
    lines.append("".join(head))
    for name, child in children:
        if child is None:
            lines.append(f"{' ' * (depth + 1)}{name}=None")
        else:
            dump(child, name, depth + 1, lines)


def expected(path):
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return error, None
    lines = []
    for statement in tree.body:
        dump(statement, "body", 0, lines)
    return None, "\n".join(lines)


def main():
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(100_000)
    binary, *roots = sys.argv[1:]
    files = []
    for root in map(Path, roots):
        files += [root] if root.is_file() else sorted(path for path in root.rglob("*.py") if path.is_file())
    release = ".".join(map(str, sys.version_info[:3]))
    process = subprocess.Popen([binary, release], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    counts = {"same": 0, "refused": 0, "different": 0}
    for path in files:
        process.stdin.write(str(path).encode() + b"\n")
        process.stdin.flush()
        status, _, rest = process.stdout.readline().decode().rstrip("\n").partition(" ")
        tree = None
        if status == "ok":
            tree = process.stdout.read(int(rest) + 1)[:-1].decode("utf-8", "surrogatepass")
        error, wanted = expected(path)
        if error is not None and tree is None:
            counts["refused"] += 1
        elif tree == wanted:
            counts["same"] += 1
        else:
            counts["different"] += 1
            print(f"{path}: ", end="")
            if tree is None or wanted is None:
                print(f"CPython: {error!r}, pycompile: {status} {rest[:200]}")
                continue
            for mine, theirs in zip(tree.split("\n"), wanted.split("\n")):
                if mine != theirs:
                    print(f"\n    pycompile {mine.strip()[:300]}\n    CPython   {theirs.strip()[:300]}")
                    break
            else:
                print("one tree is longer")
    print(f"{len(files)} files: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    return 1 if counts["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
