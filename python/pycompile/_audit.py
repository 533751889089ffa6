"""Verification, comparison and manifests, with results as objects."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ._program import run, run_json



@dataclass(frozen=True)
class Finding:
    """One finding of `verify`."""

    path: str
    """Path of the file, relative to the verified place."""
    kind: str
    """Kind of the finding, such as `code`; `pycompile help verify` lists them."""
    message: str
    """One sentence for people."""


@dataclass(frozen=True)
class Verified:
    """The result of `verify`. It is true if there are no findings, even if `pycs` is 0."""

    verified: int
    """Number of pycs without a finding."""
    findings: tuple[Finding, ...]
    """Findings, the most alarming kinds first."""
    pycs: int = 0
    """Number of pycs."""
    notes: tuple[str, ...] = ()
    """What was not checked, such as extension modules."""

    def __bool__(self) -> bool:
        return not self.findings


@dataclass(frozen=True)
class Difference:
    """The result of `diff`. It is true if nothing differs."""

    conclusion: str
    """One sentence that can be quoted."""
    same: int
    """Number of files that are the same."""
    files: tuple[dict[str, Any], ...]
    """Files that differ, as the schema of `pycompile diff --json` describes them."""

    def __bool__(self) -> bool:
        return not self.files


def verify(
    *paths: str | os.PathLike[str],
    manifest: str | os.PathLike[str] | None = None,
    sources: str | os.PathLike[str] | None = None,
    only: str | None = None,
    any_references: bool = False,
    interpreters: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
) -> Verified:
    """Check that every pyc in directories, wheels, archives or packages comes from its source.

    Raises ProgramError if a path cannot be read, or nothing is there to verify.
    """
    if not paths:
        raise TypeError("verify() needs a path")
    command = ["verify"]
    for option, value in (("manifest", manifest), ("sources", sources), ("only", only)):
        if value is not None:
            command.append(f"--{option}={os.fspath(value)}")
    if isinstance(interpreters, (str, os.PathLike)):
        interpreters = (interpreters,)
    command += [f"--interpreter={os.fspath(interpreter)}" for interpreter in interpreters]
    if any_references:
        command += ["--references", "any"]
    messages = run_json([*command, "--", *paths])
    found = [Finding(line["path"], line["kind"], line["message"]) for line in messages.lines if "kind" in line]
    summary = messages.summary
    return Verified(summary["verified"], tuple(found), summary["pycs"], tuple(summary.get("notes", ())))


def diff(left: str | os.PathLike[str], right: str | os.PathLike[str]) -> Difference:
    """Compare two manifests, directories, archives, packages or pycs, in any pairing.

    Raises ProgramError if one of them cannot be read.
    """
    document = json.loads(run(["diff", "--json", "--", left, right]).stdout)
    return Difference(document["conclusion"], document["same"], tuple(document["files"]))


def manifest(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the manifest of a directory, archive, package or pyc that exists.

    Raises ProgramError if it cannot be read.
    """
    document: dict[str, Any] = json.loads(run(["manifest", "--", path]).stdout)
    return document
