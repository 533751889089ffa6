#!/usr/bin/env python3.14
"""Compares what pycompile's front end refuses with what the running CPython 3.14's parser refuses.

    cargo build --profile fast --test oracle_ast
    python3.14 tests/oracle/refusals.py target/fast/deps/oracle_ast-… [-v]

The programs are the string literals and doctests of CPython's own tests of syntax, read from the installed test suite.
"""

import ast
import doctest
import importlib.util
import subprocess
import sys
import tempfile
import textwrap
import warnings
from pathlib import Path

TESTS = (
    "test_syntax test_exceptions test_named_expressions test_scope test_future_stmt.test_future test_patma test_grammar "
    "test_fstring test_tstring test_eof test_string_literals test_type_params test_unpack_ex test_positional_only_arg "
    "test_tokenize test_except_star test_unparse test_genexps test_generators test_keywordonlyarg test_source_encoding "
    "test_dictcomps test_listcomps test_setcomps test_coroutines test_int test_compile test_codeop test_cmd_line_script "
    "test_ast.test_ast test_peg_generator.test_c_parser test_unicode_identifiers test_ucn test_flufl test_lambda test_with "
    "test_decorators test_augassign test_bytes test_float test_complex test_global test_annotationlib test_typing test_with"
).split()


def programs():
    found = {}
    for name in TESTS:
        try:
            spec = importlib.util.find_spec("test." + name)
        except ModuleNotFoundError:
            spec = None
        if spec is None:
            print(f"test.{name} is not installed: skipped")
            continue
        for node in ast.walk(ast.parse(Path(spec.origin).read_bytes())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 20_000:
                text = node.value
                found.setdefault(text)
                found.setdefault(textwrap.dedent(text))
                if ">>>" in text:
                    try:
                        examples = doctest.DocTestParser().get_examples(text)
                    except ValueError:
                        continue
                    for example in examples:
                        found.setdefault(example.source)
    return list(found)


def main():
    warnings.simplefilter("ignore")
    binary, *options = sys.argv[1:]
    counts = dict.fromkeys(
        ("programs", "accepted by both", "refused by both", "type", "message", "line", "column", "only CPython refuses",
         "only pycompile refuses", "left to the future statements"), 0)
    process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with tempfile.NamedTemporaryFile(suffix=".py") as file:
        for program in programs():
            try:
                source = program.encode()
            except UnicodeEncodeError:
                continue
            counts["programs"] += 1
            Path(file.name).write_bytes(source)
            process.stdin.write(file.name.encode() + b"\n")
            process.stdin.flush()
            status, _, rest = process.stdout.readline().decode().rstrip("\n").partition(" ")
            if status == "ok":
                process.stdout.read(int(rest) + 1)
            try:
                ast.parse(source)
                error = None
            except Exception as raised:
                error = raised
            if error is None and status == "ok":
                counts["accepted by both"] += 1
            elif error is None:
                counts["only pycompile refuses"] += 1
                print(f"only pycompile refuses: {program!r:.300}: {rest}")
            elif status == "ok" and str(error).startswith(("future feature", "not a chance")):
                counts["left to the future statements"] += 1
            elif status == "ok":
                counts["only CPython refuses"] += 1
                print(f"only CPython refuses: {program!r:.300}: {error!r:.200}")
            else:
                kind, line, column, message = rest.split(" ", 3)
                counts["refused by both"] += 1
                line_of = getattr(error, "lineno", None)
                text, offset = getattr(error, "text", None), getattr(error, "offset", None)
                counts["type"] += kind == type(error).__name__
                counts["line"] += line_of == (int(line) if int(line) >= 0 else None)
                same = message == str(error.args[0])
                counts["message"] += same
                lines = source.decode().splitlines()
                mine = int(column)
                if 0 < int(line) <= len(lines):
                    mine = len(lines[int(line) - 1].encode()[:mine].decode(errors="replace"))
                counts["column"] += offset == (mine + 1 if int(line) >= 0 else None)
                if "-v" in options and not same:
                    print(f"MSG\t{message}\t{error.args[0]}\t{program!r:.100}")
                if "-t" in options and kind != type(error).__name__:
                    print(f"TYPE\t{kind}\t{message}\t{error!r:.100}\t{program!r:.100}")
                if "-l" in options and line_of != int(line):
                    print(f"LINE\t{line}\t{message}\t{error!r:.100}\t{program!r:.100}")
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    return 1 if counts["only CPython refuses"] or counts["only pycompile refuses"] else 0


if __name__ == "__main__":
    sys.exit(main())
