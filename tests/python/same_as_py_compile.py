#!/usr/bin/env python3
"""Compares `pycompile.compile` with `py_compile.compile` of the running interpreter.

    PYCOMPILE_PROGRAM=BINARY PYTHONPATH=python PYTHON tests/python/same_as_py_compile.py

For each source, mode and level: the result, header and code, what is printed, the warnings, and the
exception with its fields.
"""

import contextlib
import io
import marshal
import os
import pathlib
import platform
import py_compile
import sys
import tempfile
import warnings

import pycompile

FIELDS = ["msg", "filename", "lineno", "offset", "end_lineno", "end_offset"]
REFUSED = pathlib.Path(__file__).resolve().parents[1] / "golden" / "refused_programs.txt"
SOURCES = {
    "empty": b"",
    "code": b'def f(x):\n    "doc"\n    assert x\n    return x\n',
    "latin": "# coding: latin-1\nx = 'é'\n".encode("latin-1"),
    "not utf-8": b"x = '\xff'\n",
    "null": b"x = 1\0\n",
    "indentation": b"if x:\ny\n",
    "tabs": b"if x:\n        y\n\tz\n",
    "name": b"def f():\n    global x\n    x: int\n",
    "is": b"x = 1 is 1\n",
    "escapes": b"x = '\\d'\ny = '\\400'\n",
    "tuple": b"assert (1, 2)\n",
    "codec": b"# coding: nonsense\n",
}


def outcome(module, options, simplefilter):
    """Everything that a caller of `module.compile` can see."""
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stderr(io.StringIO()) as printed:
        warnings.simplefilter(simplefilter)
        cfile = pathlib.Path(options["cfile"])
        cfile.unlink(missing_ok=True)
        try:
            seen = [module.compile(**options)]
        except module.PyCompileError as error:
            seen = [error.exc_type_name, error.file, error.msg, type(error.exc_value), str(error.exc_value)]
            seen += [getattr(error.exc_value, field, None) for field in FIELDS]
            # Whether the end of the line is in the text is never shown.
            seen.append((getattr(error.exc_value, "text", None) or "").rstrip("\n"))
        except OSError as error:
            seen = [type(error), error.errno, error.strerror, error.filename, str(error)]
        pyc = cfile.read_bytes() if cfile.exists() else None
        # The references in the code depend on the strings that this process holds.
        seen += [pyc and (pyc[:16], marshal.loads(pyc[16:])), printed.getvalue()]
        seen += [(each.category, str(each.message), each.filename, each.lineno) for each in warned]
    return seen


def main():
    sources = dict(SOURCES)
    for number, line in enumerate(REFUSED.read_text(encoding="utf-8").splitlines()[::25]):
        sources[f"refused {number}"] = line.encode().decode("unicode_escape").encode("utf-8", "surrogateescape") + b"\n"
    different = compared = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        cases = []
        for name, source in sources.items():
            path = pathlib.Path(f"{len(cases)}.py")
            path.write_bytes(source)
            # CPython reads the line of some errors from the file of the recorded name.
            pathlib.Path("other").mkdir(exist_ok=True)
            pathlib.Path("other", path.name).write_bytes(source)
            cases += [(name, {"file": str(path), **more}, how) for more, how in [
                ({}, "always"),
                ({"doraise": True, "optimize": 2, "invalidation_mode": py_compile.PycInvalidationMode.CHECKED_HASH}, "always"),
                ({"doraise": True, "dfile": f"other/{path.name}"}, "error"),
                ({"quiet": 2}, "ignore"),
            ]]
        cases += [("missing", {"file": "missing.py"}, "always"), ("directory", {"file": "."}, "always")]
        for name in ("-x.py", "--out.py", "-", "spaces in.py", "é.py", "a=b.py"):
            pathlib.Path(name).write_bytes(SOURCES["code"])
            cases += [("name", {"file": name}, "always"), ("recorded name", {"file": "1.py", "dfile": name}, "error")]
        cases += [("empty name", {"file": ""}, "always")]
        for level in (-2, -1, 0, 2, 3, 10, True, False):
            cases += [("level", {"file": "1.py", "optimize": level, "doraise": True}, "always")]
            cases += [("level", {"file": "missing.py", "optimize": level}, "always")]
        # The last nanoseconds of a second, and a time before 1970.
        for time in (1_700_000_000_999_999_999, 1_700_000_000_999_999_000, -1_500_000_000):
            path = pathlib.Path(f"time{time}.py")
            path.write_bytes(SOURCES["code"])
            os.utime(path, ns=(time, time))
            cases += [("time", {"file": str(path), "invalidation_mode": mode}, "always") for mode in
                      (None, py_compile.PycInvalidationMode.TIMESTAMP)]
        for name, options, how in cases:
            options["cfile"] = "out.pyc"
            expected, found = outcome(py_compile, options, how), outcome(pycompile, options, how)
            compared += 1
            if expected != found:
                different += 1
                print(f"different: {name}, {options}, warnings: {how}\n    {expected}\n    {found}")
    print(f"{platform.python_version()}: {compared} calls compared, {different} different")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
