"""The `pycompile` program: where it is installed, and how it is run."""

from __future__ import annotations

import functools
import json
import os
import pathlib
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from typing import Any, NamedTuple

NAME = "pycompile.exe" if os.name == "nt" else "pycompile"


class ProgramError(Exception):
    """The program is not installed, or could not run (exit status 2)."""


class Messages(NamedTuple):
    """The output of a command with `--message-format json`."""

    status: int
    """Exit status: 0 success, 1 a file failed or a check found differences."""
    lines: list[dict[str, Any]]
    """One object for each file or finding, without the summary."""
    summary: dict[str, Any]
    """The last object: counts, and the exit status again."""


def find_program() -> str:
    """Return the path of the program.

    It is searched for next to the directory of packages that the module is in (an environment, or
    the prefix of `pip install --prefix`), in the directory for scripts of the running Python, in
    that of the user, and in the directory that `pip install --target` was given.
    `PYCOMPILE_PROGRAM` names another one.

    Raises ProgramError if there is none.
    """
    if named := os.environ.get("PYCOMPILE_PROGRAM"):
        return named
    packages = pathlib.Path(__file__).resolve().parents[1]
    scripts = sysconfig.get_path("scripts")
    is_windows = os.name == "nt"
    folders = [
        scripts,
        sysconfig.get_path("scripts", scheme="nt_user" if is_windows else "posix_user"),
        str(packages / "bin"),
    ]
    # The prefix has Lib/site-packages on Windows, lib/pythonX.Y/site-packages elsewhere.
    depth = 1 if is_windows else 2
    if packages.name in ("site-packages", "dist-packages") and len(packages.parents) > depth:
        # An isolated build has a program of another version than the Python that it runs in.
        folders.insert(0, str(packages.parents[depth] / pathlib.Path(scripts).name))
    for folder in folders:
        path = os.path.join(folder, NAME)
        if os.path.isfile(path):
            return path
    searched = ", ".join(dict.fromkeys(folders))
    raise ProgramError(f"there is no {NAME} in {searched}: reinstall pycompile-native, or set PYCOMPILE_PROGRAM")


def run(arguments: Sequence[str | os.PathLike[str]], source: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the program, and return its output.

    Raises ProgramError if the program cannot be started, or with the text on standard error if the
    exit status is not 0 or 1.
    """
    command = [find_program(), *(os.fspath(argument) for argument in arguments)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPYCACHEPREFIX"}
    if sys.pycache_prefix:
        environment["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    try:
        done = subprocess.run(command, input=source, capture_output=True, check=False, env=environment)
    except OSError as error:
        raise ProgramError(f"cannot run {command[0]}: {error.strerror}") from error
    if done.returncode not in (0, 1):
        said = done.stderr.decode("utf-8", "replace").strip()
        raise ProgramError(said or f"pycompile exited with status {done.returncode}")
    return done


def run_json(arguments: Sequence[str | os.PathLike[str]], source: bytes = b"") -> Messages:
    """Run a command with `--message-format json`, and return its messages."""
    command, *rest = arguments
    done = run([command, "--message-format", "json", *rest], source)
    try:
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        summary = lines.pop()["summary"]
    except (ValueError, IndexError, KeyError) as error:
        raise ProgramError(f"{find_program()} did not answer {command} in JSON") from error
    return Messages(done.returncode, lines, summary)


@functools.cache
def engine_options() -> tuple[str, ...]:
    """Return the options that select the bytes of the running interpreter.

    The native compiler is used if it knows the release, and otherwise the interpreter itself.
    """
    release = "{}.{}.{}".format(*sys.version_info[:3])
    is_plain = (
        sys.implementation.name == "cpython"
        and sys.version_info.releaselevel == "final"
        and not sysconfig.get_config_var("Py_GIL_DISABLED")
    )
    native = ("--engine", "native", "--python", release)
    if is_plain:
        try:
            run(["compile", *native, "--invalidation-mode", "unchecked-hash", "--stdin-filename", "m.py", "-o", "-"])
        except ProgramError:
            pass
        else:
            return native
    if not sys.executable:
        raise ProgramError(f"the native compiler does not support {release}, and sys.executable is not set")
    return ("--interpreter", sys.executable)
