"""The functions of the standard library's `compileall`, with the program as the compiler."""

from __future__ import annotations

import filecmp
import importlib.util
import os
import pathlib
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Union

from ._program import ProgramError, engine_options, run_json
from ._py_compile import (
    MODES,
    PycInvalidationMode,
    PyCompileError,
    compile,
    default_mode,
    error_of,
    issue,
    may_raise,
)

Levels = Union[int, Iterable[int]]
StrPath = Union[str, "os.PathLike[str]"]


class Pattern(Protocol):
    """A compiled regular expression, or whatever has its `search`."""

    def search(self, string: str, /) -> object: ...


@dataclass(frozen=True)
class Settings:
    """Arguments that are the same for all files."""

    force: bool
    rx: Pattern | None
    quiet: int
    legacy: bool
    levels: tuple[int, ...]
    mode: PycInvalidationMode
    stripdir: str | None
    prependdir: StrPath | None
    limit_sl_dest: StrPath | None
    hardlink_dupes: bool


@dataclass(frozen=True)
class Job:
    """A file to compile."""

    file: str
    name: str | None
    """File name that the code records, if it is not the path of the file."""
    cfiles: tuple[str, ...]
    """Path of the pyc of each level."""


Outcome = Union[Exception, None]


def settings_of(
    ddir: StrPath | None,
    force: bool,
    rx: Pattern | None,
    quiet: int,
    legacy: bool,
    optimize: Levels,
    mode: PycInvalidationMode | None,
    stripdir: StrPath | None,
    prependdir: StrPath | None,
    limit_sl_dest: StrPath | None,
    hardlink_dupes: bool,
) -> Settings:
    if ddir is not None and (stripdir is not None or prependdir is not None):
        raise ValueError("Destination dir (ddir) cannot be used in combination with stripdir or prependdir")
    levels = tuple(sorted({optimize} if isinstance(optimize, int) else set(optimize)))
    if hardlink_dupes and len(levels) < 2:
        raise ValueError("Hardlinking of duplicated bytecode makes sense only for more than one optimization level")
    strip = os.fspath(stripdir) if stripdir is not None else None
    return Settings(
        force, rx, quiet, legacy, levels, mode or default_mode(), strip, prependdir, limit_sl_dest, hardlink_dupes
    )


def recorded_name(file: str, ddir: StrPath | None, settings: Settings) -> str | None:
    """Return the file name that the code records; None for the path of the file.

    From Python 3.13 on, a `stripdir` that is not the beginning of the path has no effect.
    """
    name = None
    if ddir is not None:
        name = os.path.join(ddir, os.path.basename(file))
    if settings.stripdir is not None:
        parts, strip = file.split(os.sep), settings.stripdir.split(os.sep)
        if sys.version_info < (3, 13):
            # Each part that agrees is removed, whatever the others are.
            left = list(parts)
            for part, other in zip(strip, parts):
                if part == other:
                    left.remove(part)
            name = os.path.join(*left)
        elif parts[: len(strip)] == strip:
            name = os.path.join(*parts[len(strip) :])
    if settings.prependdir is not None:
        name = os.path.join(settings.prependdir, file if name is None else name)
    return name


def complaint(file: str, settings: Settings) -> str | None:
    """Return the line that compileall prints about a `stripdir` without effect."""
    strip = settings.stripdir
    if strip is None or settings.quiet >= 2 or sys.version_info < (3, 13):
        return None
    parts = strip.split(os.sep)
    if file.split(os.sep)[: len(parts)] == parts:
        return None
    return f"The stripdir path {strip!r} is not a valid prefix for source path {file!r}; ignoring"


def cache_file(file: str, level: int, legacy: bool) -> str:
    if legacy:
        return file + "c"
    if level < 0:
        return importlib.util.cache_from_source(file)
    return importlib.util.cache_from_source(file, optimization=level if level >= 1 else "")


def is_up_to_date(file: str, cfiles: Iterable[str]) -> bool:
    """Return whether every pyc has the header of a timestamp pyc of the file."""
    try:
        mtime = int(os.stat(file).st_mtime) & 0xFFFF_FFFF
        expected = struct.pack("<4sLL", importlib.util.MAGIC_NUMBER, 0, mtime)
        for cfile in cfiles:
            with open(cfile, "rb") as pyc:
                if pyc.read(len(expected)) != expected:
                    return False
    except OSError:
        return False
    return True


def job_of(file: str, ddir: StrPath | None, settings: Settings) -> Job | None:
    """Return the job for a file, if it has to be compiled."""
    name = recorded_name(file, ddir, settings)
    if settings.rx is not None and settings.rx.search(file):
        return None
    if settings.limit_sl_dest is not None and os.path.islink(file):
        limit = pathlib.Path(settings.limit_sl_dest).resolve()
        if limit not in pathlib.Path(file).resolve().parents:
            return None
    if not (file.endswith(".py") and os.path.isfile(file)):
        return None
    cfiles = tuple(cache_file(file, level, settings.legacy) for level in settings.levels)
    if not settings.force and is_up_to_date(file, cfiles):
        return None
    return Job(file, name, cfiles)


def placement(job: Job) -> tuple[str, ...] | None:
    """Return the options that give the job, and others of its directory, their recorded names.

    None if the job has to be run alone.
    """
    if job.name is None:
        return ()
    folder, base = os.path.split(job.file)
    prefix, name = os.path.split(job.name)
    is_plain = folder not in ("", os.curdir) and all(part == os.path.normpath(part) for part in (folder, prefix) if part)
    if base != name or not is_plain:
        return None
    return (f"--strip-dir={folder}", *((f"--prepend-dir={prefix}",) if prefix else ()))


def compile_together(
    jobs: Sequence[Job], level: int, options: Sequence[str], settings: Settings, workers: int | None
) -> list[Outcome]:
    """Compile files at one level, with options that are the same for all."""
    command = ["compile", *engine_options(), "--force", "-W", "always", "-0", *options]
    level = sys.flags.optimize if level == -1 else int(level)
    command += [f"--optimize={level}"]
    command += ["--invalidation-mode", MODES[settings.mode], "--layout", "legacy" if settings.legacy else "pycache"]
    if workers:
        command += ["--jobs", str(min(workers, 1024))]
    names = b"\0".join(os.fsencode(job.file) for job in jobs)
    lines = run_json([*command, "-"], names).lines
    if len(lines) != len(jobs):
        raise ProgramError(f"pycompile answered for {len(lines)} of {len(jobs)} files")
    outcomes: list[Outcome] = []
    for job, line in zip(jobs, lines):
        name = job.name or job.file
        for warning in line["warnings"]:
            issue(warning, name)
        error = error_of(line["error"], name) if line["error"] is not None else None
        outcomes.append(compile_error(error, name))
    return outcomes


def compile_error(error: Exception | None, name: str) -> Outcome:
    """Return an error of the compiler as py_compile raises it; errors of files stay as they are."""
    if error is None or isinstance(error, OSError):
        return error
    return PyCompileError(type(error), error, name)


def compile_alone(job: Job, at: int, settings: Settings) -> Outcome:
    try:
        compile(job.file, job.cfiles[at], job.name, True, settings.levels[at], settings.mode)
    except (PyCompileError, OSError) as error:
        return error
    return None


def compile_jobs(jobs: Sequence[Job], settings: Settings, workers: int | None) -> dict[tuple[Job, int], Outcome]:
    """Compile files; return the outcome for each file and each index of a level."""
    outcomes: dict[tuple[Job, int], Outcome] = {}
    groups: dict[tuple[str, ...] | None, list[Job]] = {}
    for job in jobs:
        # A warning that becomes an error concerns one file.
        groups.setdefault(None if may_raise() else placement(job), []).append(job)
    for options, members in groups.items():
        for at, level in enumerate(settings.levels):
            if options is None or not -1 <= level <= 2:
                found = [compile_alone(job, at, settings) for job in members]
            else:
                found = compile_together(members, level, options, settings, workers) if members else []
            outcomes.update(((job, at), outcome) for job, outcome in zip(members, found))
            # After an error, a file is not compiled at the other levels.
            members = [job for job, outcome in zip(members, found) if outcome is None]
    return outcomes


def tell(error: Exception, file: str, quiet: int) -> None:
    """Print an error as compileall does."""
    if quiet >= 2:
        return
    text = error.msg if isinstance(error, PyCompileError) else f"{type(error).__name__}: {error}"
    encoding = sys.stdout.encoding or sys.getdefaultencoding()
    if isinstance(error, PyCompileError):
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    print(f"*** Error compiling {file!r}...\n{text}" if quiet else f"*** {text}")


def finish(job: Job, outcomes: dict[tuple[Job, int], Outcome], settings: Settings) -> bool:
    """Report on a file, and link its pycs; return whether all of them were written."""
    if not settings.quiet:
        print(f"Compiling {job.file!r}...")
    for at, cfile in enumerate(job.cfiles):
        error = outcomes[job, at]
        if error is not None:
            tell(error, job.file, settings.quiet)
            return False
        if at > 0 and settings.hardlink_dupes:
            link(job.cfiles[at - 1], cfile)
    return True


def link(earlier: str, later: str) -> None:
    """Replace a pyc by a hard link if the pyc of the level before has the same bytes."""
    # In the legacy layout, all levels have one path.
    if earlier != later and filecmp.cmp(earlier, later, shallow=False):
        os.unlink(later)
        os.link(earlier, later)


Event = Union[Job, str]


def walk(folder: str, levels: int, quiet: int) -> Iterator[tuple[bool, str]]:
    """Yield lines to print (True), and files (False), in the order of compileall."""
    if not quiet:
        yield True, f"Listing {folder!r}..."
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        if quiet < 2:
            yield True, f"Can't list {folder!r}"
        return
    for name in names:
        path = os.path.join(folder, name)
        if name == "__pycache__":
            continue
        if not os.path.isdir(path):
            yield False, path
        elif levels > 0 and not os.path.islink(path):
            yield from walk(path, levels - 1, quiet)


def compile_dir(
    dir: StrPath,
    maxlevels: int | None = None,
    ddir: StrPath | None = None,
    force: bool = False,
    rx: Pattern | None = None,
    quiet: int = 0,
    legacy: bool = False,
    optimize: Levels = -1,
    workers: int | None = 1,
    invalidation_mode: PycInvalidationMode | None = None,
    *,
    stripdir: StrPath | None = None,
    prependdir: StrPath | None = None,
    limit_sl_dest: StrPath | None = None,
    hardlink_dupes: bool = False,
) -> bool:
    """Compile the modules in a directory, and return whether all of them compiled.

    Arguments, output and result are those of `compileall.compile_dir`. The program compiles the
    files together, so the lines are printed after the compilation.
    """
    if workers is not None and workers < 0:
        raise ValueError("workers must be greater or equal to 0")
    settings = settings_of(
        ddir, force, rx, quiet, legacy, optimize, invalidation_mode, stripdir, prependdir, limit_sl_dest, hardlink_dupes
    )
    folder = os.fspath(dir)
    if ddir is not None:
        settings = replace(settings, stripdir=folder, prependdir=ddir)
    events: list[Event] = []
    for is_line, text in walk(folder, sys.getrecursionlimit() if maxlevels is None else maxlevels, quiet):
        found = (text,) if is_line else (complaint(text, settings), job_of(text, None, settings))
        events.extend(filter(None, found))
    outcomes = compile_jobs([event for event in events if isinstance(event, Job)], settings, workers)
    success = True
    for event in events:
        if isinstance(event, Job):
            success &= finish(event, outcomes, settings)
        else:
            print(event)
    return success


def compile_file(
    fullname: StrPath,
    ddir: StrPath | None = None,
    force: bool = False,
    rx: Pattern | None = None,
    quiet: int = 0,
    legacy: bool = False,
    optimize: Levels = -1,
    invalidation_mode: PycInvalidationMode | None = None,
    *,
    stripdir: StrPath | None = None,
    prependdir: StrPath | None = None,
    limit_sl_dest: StrPath | None = None,
    hardlink_dupes: bool = False,
) -> bool:
    """Compile a file, and return whether it compiled.

    Arguments, output and result are those of `compileall.compile_file`.
    """
    settings = settings_of(
        ddir, force, rx, quiet, legacy, optimize, invalidation_mode, stripdir, prependdir, limit_sl_dest, hardlink_dupes
    )
    file = os.fspath(fullname)
    if line := complaint(file, settings):
        print(line)
    job = job_of(file, ddir, settings)
    return job is None or finish(job, compile_jobs([job], settings, 1), settings)


def compile_path(
    skip_curdir: Any = 1,
    maxlevels: int = 0,
    force: bool = False,
    quiet: int = 0,
    legacy: bool = False,
    optimize: Levels = -1,
    invalidation_mode: PycInvalidationMode | None = None,
) -> bool:
    """Compile the modules in the directories of `sys.path`, and return whether all compiled.

    Arguments, output and result are those of `compileall.compile_path`.
    """
    success = True
    for folder in sys.path:
        if skip_curdir and folder in ("", os.curdir):
            if quiet < 2:
                print("Skipping current directory")
        elif success:
            success = compile_dir(
                folder,
                maxlevels,
                None,
                force,
                quiet=quiet,
                legacy=legacy,
                optimize=optimize,
                invalidation_mode=invalidation_mode,
            )
    return success
