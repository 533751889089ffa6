"""The functions of the standard library's `py_compile`, with the program as the compiler."""

from __future__ import annotations

import builtins
import errno
import importlib.util
import os
import py_compile
import re
import sys
import warnings
from typing import Any

from ._program import ProgramError, engine_options, run_json

PyCompileError = py_compile.PyCompileError
PycInvalidationMode = py_compile.PycInvalidationMode

MODES = {
    PycInvalidationMode.TIMESTAMP: "timestamp",
    PycInvalidationMode.CHECKED_HASH: "checked-hash",
    PycInvalidationMode.UNCHECKED_HASH: "unchecked-hash",
}


def default_mode() -> PycInvalidationMode:
    """Return the mode for `invalidation_mode=None`, as py_compile selects it."""
    if os.environ.get("SOURCE_DATE_EPOCH"):
        return PycInvalidationMode.CHECKED_HASH
    return PycInvalidationMode.TIMESTAMP


def error_of(error: dict[str, Any], filename: str) -> Exception:
    """Return the exception that a message describes."""
    kind = getattr(builtins, error["type"], Exception)
    message = error["message"]
    if issubclass(kind, SyntaxError):
        if error["line"] is None:
            return kind(message)
        place: tuple[Any, ...] = (filename, error["line"], error["column"], error["text"])
        if sys.version_info >= (3, 10):
            place += (error["end_line"], error["end_column"])
        return kind(message, place)
    if issubclass(kind, OSError) and (found := re.match(r"\[Errno (\d+)\] (.*?)(?:: '(.*)')?$", message, re.DOTALL)):
        return OSError(int(found[1]), found[2], found[3])
    if issubclass(kind, UnicodeError):
        return ValueError(message)
    return kind(message)


def may_raise() -> bool:
    """Return whether a filter could turn a warning of the compiler into an exception."""
    return any(action == "error" for action, *_ in warnings.filters)


def issue(warning: dict[str, Any], filename: str) -> None:
    """Issue a warning of the compiler to the filters of this process."""
    category = getattr(builtins, warning["type"], SyntaxWarning)
    warnings.warn_explicit(warning["message"], category, filename, warning["line"])


def raised_by_filters(command: list[str], file: str, filename: str) -> list[str]:
    """Issue the warnings of a source, and return options that make the one that raises an error.

    The compiler replaces an exception of a filter by an error of the source, which stops it.
    """
    for message in run_json([*command, "--check", "--", operand(file)]).lines:
        for warning in message["warnings"]:
            try:
                issue(warning, filename)
            except Warning:
                return ["-W", f"error::{warning['type']}::{warning['line']}"]
    return []


def operand(path: str) -> str:
    """Return a path that the program does not take for standard input or output."""
    return os.path.join(os.curdir, path) if path == "-" else path


def level_error(level: int, file: str) -> Exception | None:
    """Return the error of `compile` for an optimization level that does not exist.

    Raises OSError if the file cannot be read, which py_compile finds first.
    """
    if 0 <= level <= 2:
        return None
    with open(file, "rb"):
        return ValueError("compile(): invalid optimize value")


def compile(
    file: str | os.PathLike[str],
    cfile: str | os.PathLike[str] | None = None,
    dfile: str | os.PathLike[str] | None = None,
    doraise: bool = False,
    optimize: int = -1,
    invalidation_mode: PycInvalidationMode | None = None,
    quiet: int = 0,
) -> str | None:
    """Compile a source file, and return the path of the pyc.

    Arguments, exceptions and result are those of `py_compile.compile`. The pyc has the bytes
    that the running interpreter writes.

    Raises PyCompileError for an error in the source, if `doraise` is true and `quiet` less than
    2; OSError if a file cannot be read or written, FileExistsError if `cfile` is a symlink or
    not a regular file; ProgramError if the program cannot run.
    """
    file = os.fspath(file)
    if os.path.isdir(file):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), file)
    level = sys.flags.optimize if optimize == -1 else int(optimize)
    if cfile is None:
        cfile = importlib.util.cache_from_source(file, optimization=level if level >= 1 else "")
    cfile = os.fspath(cfile)
    name = os.fspath(dfile) if dfile else file
    for path in (file, cfile):
        if not path:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    error = level_error(level, file)
    if error is None:
        mode = MODES[invalidation_mode or default_mode()]
        options = [*engine_options(), "--force", f"--optimize={level}", f"--invalidation-mode={mode}"]
        command = ["compile", *options, "-W", "always", f"--dfile={name}"]
        filtered = may_raise()
        if filtered:
            command += raised_by_filters(command, file, name)
        message = run_json([*command, f"--output={operand(cfile)}", "--", operand(file)]).lines[0]
        if not filtered:
            for warning in message["warnings"]:
                issue(warning, name)
        if message["error"] is None:
            return cfile
        error = error_of(message["error"], name)
    if isinstance(error, OSError):
        raise error
    if quiet < 2:
        failure = PyCompileError(type(error), error, name)
        if doraise:
            raise failure
        sys.stderr.write(failure.msg + "\n")
    return None


def main() -> None:
    """Compile the files named on the command line, or with `-` on standard input.

    Options, output and exit status are those of `python -m py_compile`.
    """
    import argparse

    parser = argparse.ArgumentParser(description="Compile Python files to pycs.")
    parser.add_argument("-q", "--quiet", action="store_true", help="suppress errors")
    parser.add_argument("filenames", nargs="+", help="files to compile, or - to read their names")
    arguments = parser.parse_args()
    names = arguments.filenames
    if names == ["-"]:
        names = [line.rstrip("\n") for line in sys.stdin]
    for name in names:
        try:
            compile(name, doraise=True)
        except (PyCompileError, OSError) as error:
            parser.exit(1, None if arguments.quiet else str(error))
        except ProgramError as error:
            parser.exit(2, f"{error}\n")
