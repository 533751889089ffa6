#!/usr/bin/env python3
"""Compares the functions of `pycompile` with those of `compileall` of the running interpreter.

    PYCOMPILE_PROGRAM=BINARY PYTHONPATH=python PYTHON tests/python/same_as_compileall.py

For each function and set of arguments, in a fresh copy of one tree: the result or exception, what
is printed, the warnings, the pycs that are there afterwards with their headers and code, and which
of them are hard links.
"""

import compileall
import contextlib
import io
import marshal
import os
import pathlib
import platform
import py_compile
import re
import shutil
import sys
import tempfile
import warnings

import pycompile

FILES = {
    "top.py": "x = 1\n",
    "warned.py": "x = 1 is 1\n",
    "wrong.py": "def f(:\n",
    "data.txt": "no Python\n",
    "pkg/__init__.py": '"""doc"""\n',
    "pkg/doc.py": 'def f():\n    "doc"\n    assert f\n',
    "pkg/latin.py": "x = 'é'\n",
    "pkg/deep/er/mod.py": "y = 2\n",
    "pkg/__pycache__/left.py": "x = 1\n",
    "other.py/inner.py": "x = 1\n",
}
CHECKED = py_compile.PycInvalidationMode.CHECKED_HASH

# Directory or file, and the arguments after it.
DIRECTORIES = [
    ("tree", {}),
    ("tree", {"quiet": 1}),
    ("tree", {"quiet": 2, "force": True}),
    ("tree", {"maxlevels": 0}),
    ("tree", {"maxlevels": 1, "legacy": True}),
    ("tree", {"ddir": "/usr/lib/demo"}),
    ("tree", {"ddir": "a/b", "quiet": 1, "optimize": [0, 1, 2]}),
    ("tree/", {"stripdir": "tree", "quiet": 1}),
    ("tree", {"stripdir": "tree/", "quiet": 1}),
    ("tree", {"stripdir": "tree/pkg", "prependdir": "/usr/share"}),
    ("tree", {"prependdir": "/"}),
    ("./tree", {"stripdir": ".", "prependdir": "."}),
    (pathlib.Path("tree"), {"rx": re.compile("doc|wrong"), "optimize": (2, 0)}),
    ("tree", {"optimize": [0, 1, 2], "hardlink_dupes": True}),
    ("tree", {"optimize": 1, "hardlink_dupes": True, "quiet": 2}),
    ("tree", {"workers": 2, "invalidation_mode": CHECKED, "quiet": 1}),
    ("tree", {"workers": -1}),
    ("tree", {"ddir": "a", "stripdir": "b"}),
    ("tree", {"limit_sl_dest": "tree"}),
    ("missing", {}),
    ("missing", {"quiet": 2}),
    ("tree/top.py", {}),
]
ONE_FILE = [
    ("tree/top.py", {}),
    ("tree/top.py", {"ddir": "x/y"}),
    ("tree/wrong.py", {}),
    ("tree/wrong.py", {"quiet": 1, "ddir": "/else/where"}),
    ("tree/wrong.py", {"optimize": [0, 1]}),
    ("tree/warned.py", {"legacy": True}),
    ("tree/data.txt", {}),
    ("tree/nothing.py", {}),
    ("tree/outside.py", {"limit_sl_dest": "tree"}),
    ("tree/outside.py", {"limit_sl_dest": "."}),
    (pathlib.Path("tree/pkg/doc.py"), {"stripdir": pathlib.Path("tree"), "prependdir": pathlib.Path("/p")}),
    ("tree/locked/m.py", {"quiet": 1}),
]


def make_tree():
    shutil.rmtree("tree", ignore_errors=True)
    for name, text in FILES.items():
        path = pathlib.Path("tree", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="latin-1" if "latin" in name else "utf-8")
        os.utime(path, (1_700_000_000, 1_700_000_000))
    pathlib.Path("outside.py").write_text("x = 1\n", encoding="utf-8")
    os.utime("outside.py", (1_700_000_000, 1_700_000_000))
    os.symlink("../outside.py", "tree/outside.py")
    os.symlink("pkg", "tree/link")
    # A pyc that is up to date by its header alone, one that is not regular, and no place for one.
    fresh = pathlib.Path("tree", "pkg", "__pycache__", f"__init__.{sys.implementation.cache_tag}.pyc")
    py_compile.compile("tree/pkg/__init__.py", str(fresh), "kept")
    os.makedirs(f"tree/pkg/__pycache__/doc.{sys.implementation.cache_tag}.opt-2.pyc")
    pathlib.Path("tree/locked").mkdir()
    pathlib.Path("tree/locked/m.py").write_text("x = 1\n", encoding="utf-8")
    os.utime("tree/locked/m.py", (1_700_000_000, 1_700_000_000))
    pathlib.Path("tree/locked/__pycache__").write_text("a file\n", encoding="utf-8")


def pycs():
    found, inodes = [], {}
    for path in sorted(pathlib.Path("tree").rglob("*.pyc")):
        if path.is_file():
            data = path.read_bytes()
            # The references in the code depend on the strings that this process holds.
            code = marshal.loads(data[16:])
            inode = path.stat().st_ino
            found.append((str(path), data[:16], code, code.co_filename, inodes.setdefault(inode, len(inodes))))
    return found


def outcome(module, name, arguments, settings, simplefilter):
    make_tree()
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(io.StringIO()) as printed:
        warnings.simplefilter(simplefilter)
        try:
            result = getattr(module, name)(*arguments, **settings)
        except ValueError as error:
            result = ("ValueError", str(error))
    # The processes of a pool print on another standard output, and their warnings are their own.
    pooled = settings.get("workers") == 2
    # CPython names a temporary file if the directory of the pyc cannot be made.
    lines = [] if pooled else re.sub(r"(/locked/__pycache__)/[^']*", r"\1", printed.getvalue()).splitlines()
    seen = [] if pooled else [(each.category, str(each.message), each.filename, each.lineno) for each in warned]
    return {"result": result, "printed": lines, "warned": seen, "pycs": pycs()}


def main():
    # compile_path goes through the path of imports.
    compared = different = 0
    cases = [("compile_dir", (place,), settings) for place, settings in DIRECTORIES]
    cases += [("compile_file", (place,), settings) for place, settings in ONE_FILE]
    cases += [("compile_path", (), settings) for settings in ({}, {"skip_curdir": 0, "quiet": 1, "maxlevels": 2})]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, arguments, settings in cases:
            # CPython reads the line of a warning that is an error from the file of the recorded name.
            has_error = not settings.keys() & {"workers", "ddir", "prependdir", "stripdir"}
            for simplefilter in ("always", "error") if has_error else ("always",):
                saved = sys.path
                try:
                    if name == "compile_path":
                        sys.path = ["", "tree", "tree/pkg"]
                    try:
                        expected = outcome(compileall, name, arguments, settings, simplefilter)
                    except (AttributeError, OSError, EOFError, RuntimeError) as error:
                        # Older releases expect text where a path is given, and an interpreter that
                        # a script starts cannot start processes of its own.
                        print(f"NOT COMPARED: {name}{arguments}, {settings}: compileall itself fails: {error!r}")
                        continue
                    found = outcome(pycompile, name, arguments, settings, simplefilter)
                finally:
                    sys.path = saved
                compared += 1
                if expected != found:
                    different += 1
                    print(f"different: {name}{arguments}, {settings}, warnings: {simplefilter}")
                    for key in expected:
                        if expected[key] != found[key]:
                            print(f"    {key}\n        {expected[key]}\n        {found[key]}")
    print(f"{platform.python_version()}: {compared} calls compared, {different} different")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
