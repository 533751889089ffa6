"""A build backend (PEP 517) that makes the wheels of another one deterministic.

    [build-system]
    requires = ["pycompile-native", "hatchling"]
    build-backend = "pycompile.backend"

    [tool.pycompile.backend]
    wraps = "hatchling.build"

The wrapped backend builds the wheel, and `pycompile pack` packs it again, with pycs if the table
asks for them. Every other hook is the wrapped backend's own.
"""

from __future__ import annotations

import functools
import importlib
import os
import pathlib
import secrets
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ._program import ProgramError, run

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Settings = Optional[Mapping[str, Any]]

PASSED_ON = frozenset((
    "build_editable",
    "build_sdist",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
))

# Settings of a front end (`-C`), which are not passed on.
OFF = "pycompile"
MANIFEST = "pycompile-manifest"


class BackendError(Exception):
    """The table, or a setting of the front end, is wrong."""


@dataclass(frozen=True)
class Table:
    """`[tool.pycompile.backend]`."""

    wraps: str
    backend_path: tuple[str, ...] = ()
    bytecode: str = "none"
    python: tuple[str, ...] = ()
    optimize: tuple[str, ...] = ()
    invalidation_mode: str | None = None
    exclude: tuple[str, ...] = ()


def _strings(value: object) -> tuple[str, ...] | None:
    """Return a list, or one value for a list, as strings; None for anything else."""
    values = value if isinstance(value, list) else [value]
    if all(isinstance(one, (str, int)) and not isinstance(one, bool) for one in values):
        return tuple(str(one) for one in values)
    return None


def read_table(pyproject: pathlib.Path) -> Table:
    """Return the table of a pyproject.toml.

    Raises BackendError if it is missing, or has a key or a value that is unknown.
    """
    document = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    place = f"[tool.pycompile.backend] of {pyproject}"
    found = document.get("tool", {}).get("pycompile", {}).get("backend")
    if not isinstance(found, dict) or "wraps" not in found:
        raise BackendError(f'{place}: `wraps` is missing: name a build backend, such as wraps = "hatchling.build"')
    one, several = ("wraps", "bytecode", "invalidation-mode"), ("backend-path", "python", "optimize", "exclude")
    table: dict[str, Any] = {}
    for key, value in found.items():
        name = key.replace("-", "_")
        if key in one and isinstance(value, str):
            table[name] = value
        elif key in several and (strings := _strings(value)) is not None:
            table[name] = strings
        elif key in one or key in several:
            raise BackendError(f"{place}: {value!r} is not a value for `{key}`")
        else:
            raise BackendError(f"{place}: unknown key `{key}`, expected one of {', '.join((*one, *several))}")
    if table["wraps"].partition(":")[0] == __name__:
        raise BackendError(f"{place}: `wraps` names pycompile.backend itself")
    read = Table(**table)
    for key, values, known in (
        ("bytecode", (read.bytecode,), ("none", "pycache", "sourceless")),
        ("optimize", read.optimize, ("0", "1", "2")),
    ):
        for unknown in set(values) - set(known):
            raise BackendError(f"{place}: `{key}` is {unknown!r}, expected one of {', '.join(known)}")
    if read.bytecode == "sourceless" and max(len(read.python), len(read.optimize)) > 1:
        raise BackendError(f"{place}: a sourceless wheel is for one version: name one in `python`, and one `optimize`")
    return read


def _import(table: Table) -> Any:
    """Return the wrapped backend.

    Raises BackendError if it is not installed.
    """
    module, _, attributes = table.wraps.partition(":")
    try:
        backend: Any = importlib.import_module(module)
        for name in filter(None, attributes.split(".")):
            backend = getattr(backend, name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        raise BackendError(f"`wraps` names {table.wraps!r}, which is not installed: add it to `requires`") from error
    except (AttributeError, ValueError) as error:
        raise BackendError(f"`wraps` names {table.wraps!r}, which is not a build backend: {error}") from error
    return backend


@functools.cache
def _wrapped(directory: str) -> tuple[Table, Any]:
    """Return the table of the project in a directory, and the backend that it wraps."""
    table = read_table(pathlib.Path(directory, "pyproject.toml"))
    for folder in reversed(table.backend_path):
        sys.path.insert(0, os.path.join(directory, folder))
    return table, _import(table)


def _current() -> tuple[Table, Any]:
    # Front ends call hooks in the directory of the project.
    return _wrapped(os.getcwd())


def _others(settings: Settings) -> dict[str, Any] | None:
    """Return the settings for the wrapped backend."""
    if settings is None:
        return None
    return {key: value for key, value in settings.items() if key not in (OFF, MANIFEST)}


def _is_off(settings: Settings) -> bool:
    value = str((settings or {}).get(OFF, "1"))
    if value not in ("0", "1"):
        raise BackendError(f"setting {OFF}: expected 0 or 1, not {value!r}")
    return value == "0"


def _options(table: Table, manifest: str | None) -> list[str]:
    """Return the options of `pycompile pack` for a wheel."""
    options = [f"--bytecode={table.bytecode}"]
    with_pycs = table.bytecode != "none"
    if with_pycs or manifest:
        options += [f"--python={version}" for version in table.python]
        options += [f"--optimize={level}" for level in table.optimize]
        options += [f"--exclude={pattern}" for pattern in table.exclude]
        if table.invalidation_mode is not None:
            options.append(f"--invalidation-mode={table.invalidation_mode}")
    if manifest:
        options.append(f"--manifest={manifest}")
    return options


def _publish(wheel: str, target: str) -> None:
    """Copy a wheel and rename the copy, so that no link at the target is followed."""
    folder, name = os.path.split(target)
    copy = os.path.join(folder, f".{name}.{secrets.token_hex(8)}.tmp")
    descriptor = os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with open(descriptor, "wb") as to, open(wheel, "rb") as source:
            shutil.copyfileobj(source, to)
        os.replace(copy, target)
    except BaseException:
        os.unlink(copy)
        raise


def build_wheel(
    wheel_directory: str,
    config_settings: Settings = None,
    metadata_directory: str | None = None,
) -> str:
    """Build a wheel with the wrapped backend, and pack it again."""
    table, backend = _current()
    others = _others(config_settings)
    if _is_off(config_settings):
        return str(backend.build_wheel(wheel_directory, others, metadata_directory))
    manifest = (config_settings or {}).get(MANIFEST)
    # Front ends build in temporary directories, where a relative path would be lost.
    if manifest is not None and not (isinstance(manifest, str) and os.path.isabs(manifest)):
        raise BackendError(f"setting {MANIFEST}: expected the absolute path of a file, not {manifest!r}")
    with tempfile.TemporaryDirectory() as built, tempfile.TemporaryDirectory() as packed:
        name = backend.build_wheel(built, others, metadata_directory)
        wheel = os.path.join(built, name)
        done = run(["pack", *_options(table, manifest), "--output-dir", packed, "--", wheel])
        said = done.stderr.decode("utf-8", "replace")
        if done.returncode:
            raise ProgramError(said.strip() or f"pycompile pack: exit status {done.returncode}")
        sys.stderr.write(said.replace(os.path.join(packed, ""), ""))
        # The name has another tag if the wheel has pycs only.
        (new,) = os.listdir(packed)
        _publish(os.path.join(packed, new), os.path.join(wheel_directory, new))
    return new


def __getattr__(name: str) -> Any:
    """Return a hook of the wrapped backend: front ends ask for the hooks that exist."""
    if name not in PASSED_ON:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    hook = getattr(_current()[1], name)

    @functools.wraps(hook)
    def passed_on(*arguments: Any, **settings: Any) -> Any:
        if "config_settings" in settings:
            settings["config_settings"] = _others(settings["config_settings"])
        at = 1 if not name.startswith("get_requires") else 0
        if len(arguments) > at:
            arguments = (*arguments[:at], _others(arguments[at]), *arguments[at + 1 :])
        return hook(*arguments, **settings)

    return passed_on
