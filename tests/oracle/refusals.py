#!/usr/bin/env python3
"""Compares the refusals of pycompile with those of the running CPython.

    python3.14 -I -S tests/oracle/refusals.py target/release/pycompile [--short] [--show KIND] [--save FOLDER]
    python3.15 -I -S tests/oracle/refusals.py target/release/pycompile --save FOLDER      the programs that 3.14 saved

The programs are those that CPython's own tests compile: the string literals and doctests of the test suite that is installed
with the interpreter, and the arguments of `compile` while those tests run. Both compile all of them as modules. A program is
wrong if only one of them refuses it, or if the bytes differ. Differences in exception, message, line and columns are counted;
if a newer version accepts the program, pycompile's message names that version, and so differs. KIND is one of: exception,
message, line, column, end, text.
"""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")
import reference  # noqa: E402, first of all: it forks

import argparse  # noqa: E402
import ast  # noqa: E402
import builtins  # noqa: E402
import doctest  # noqa: E402
import importlib  # noqa: E402
import importlib.util  # noqa: E402
import io  # noqa: E402
import marshal  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import tempfile  # noqa: E402
import textwrap  # noqa: E402
import warnings  # noqa: E402
from pathlib import Path  # noqa: E402

SHORT = "test_syntax test_exceptions test_named_expressions test_scope test_future_stmt.test_future test_patma".split()
LONG = SHORT + (
    "test_grammar test_fstring test_tstring test_eof test_string_literals test_type_params test_unpack_ex "
    "test_positional_only_arg test_tokenize test_except_star test_unparse test_genexps test_generators "
    "test_keywordonlyarg test_source_encoding test_dictcomps test_listcomps test_setcomps test_coroutines test_int "
    "test_compile test_codeop test_ast.test_ast test_peg_generator.test_c_parser test_unicode_identifiers test_ucn "
    "test_flufl test_lambda test_decorators test_augassign test_bytes test_float test_complex test_global "
    "test_annotationlib test_typing test_with test_super test_class test_raise test_type_aliases test_type_annotations "
    "test_pyrepl.test_interact test_builtin test_symtable test_utf8source test_funcattrs test_extcall test_call "
    "test_metaclass test_nonlocal test_peepholer test_dis test_marshal test_sys_settrace test_traceback test_unpack "
    "test_asyncgen test_contextlib test_cmd_line_script test_print test_pep646_syntax test_pep750 test_lexer "
    "test_static_attributes test_monitoring test_finalization").split()
LARGEST = 200_000


def written(path):
    """The string literals of a test file, and the doctests in them."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
            text = node.value
            yield text
            if isinstance(text, bytes):
                continue
            yield textwrap.dedent(text)
            if ">>>" in text:
                try:
                    examples = doctest.DocTestParser().get_examples(text)
                except ValueError:
                    continue
                for example in examples:
                    yield example.source


def compiled(module):
    """What reaches the compiler while the tests of `module` run, in a child."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        signal.alarm(90)
        seen = {}

        def note(function):
            def noted(source, *arguments, **options):
                if isinstance(source, (str, bytes)) and len(source) < LARGEST and source not in seen:
                    seen[source] = True
                    data = marshal.dumps(source)
                    view = memoryview(len(data).to_bytes(4) + data)
                    while view:
                        view = view[os.write(write, view):]
                return function(source, *arguments, **options)
            return noted

        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        sys.stdout = sys.stderr = io.StringIO()
        try:
            import unittest
            tests = unittest.defaultTestLoader.loadTestsFromName("test." + module)
            builtins.compile = note(builtins.compile)
            tests.run(unittest.TestResult())
        finally:
            os._exit(0)
    os.close(write)
    with open(read, "rb") as file:
        while head := file.read(4):
            yield marshal.loads(file.read(int.from_bytes(head)))
    os.waitpid(child, 0)


def programs(modules):
    found = {}

    def add(text):
        if isinstance(text, str):
            try:
                text = text.encode("utf-8", "surrogatepass")
            except UnicodeEncodeError:
                return
        if len(text) < LARGEST:
            found.setdefault(text)

    for name in modules:
        try:
            spec = importlib.util.find_spec("test." + name)
        except ModuleNotFoundError:
            spec = None
        if spec is None or spec.origin is None:
            print(f"test.{name} is not installed: skipped")
            continue
        for text in written(Path(spec.origin)):
            add(text)
        for text in compiled(name):
            add(text)
    return list(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--show", action="append", default=[])
    parser.add_argument("--save", type=Path, help="keep the programs here, or take those that are here")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.save or Path(scratch, "in")
        if not folder.is_dir():
            folder.mkdir()
            for number, program in enumerate(programs(SHORT if options.short else LONG)):
                (folder / f"p{number:05}.py").write_bytes(program)
        sys.exit(1 if reference.compare(options.binary, str(folder), scratch, options.show) else 0)


if __name__ == "__main__":
    main()
