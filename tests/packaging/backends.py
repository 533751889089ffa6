#!/usr/bin/env python3
"""Builds projects with `pycompile.backend` around several backends, by several front ends, in two directories.

    tests/packaging/backends.py BINARY [BACKEND…]     needs python3 with pip, and an index

For each backend, all wheels must be equal, pass `pycompile verify`, and have equal manifests; the other hooks must
return the results of the backend.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BACKENDS = {
    "hatchling": "hatchling.build",
    "setuptools": "setuptools.build_meta",
    "flit-core": "flit_core.buildapi",
    "pdm-backend": "pdm.backend",
}
PROJECT = """\
[build-system]
requires = ["{requirement}"]
build-backend = "pycompile.backend"

[project]
name = "demo-{requirement}"
version = "1.0"
description = "Demo"
requires-python = ">=3.9"

[tool.pycompile.backend]
wraps = "{wraps}"
bytecode = "{bytecode}"
python = "3.14"
optimize = [0{levels}]
"""
HOOKS = """\
import importlib, json, sys
ours, theirs = importlib.import_module("pycompile.backend"), importlib.import_module(sys.argv[1])
names = [f"{kind}_{what}" for kind in ("build", "get_requires_for_build", "prepare_metadata_for_build")
         for what in ("wheel", "sdist", "editable")]
assert {name: hasattr(ours, name) for name in names} == {name: hasattr(theirs, name) for name in names}
"""


def run(*command, folder=None, **environment):
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False,
    )
    if done.returncode:
        sys.exit(f"FAILED: {command}\n{done.stdout}")
    return done.stdout


def make_project(folder, requirement, bytecode):
    package = folder / f"demo_{requirement.replace('-', '_')}"
    package.mkdir(parents=True)
    levels = ", 2" if bytecode == "pycache" else ""
    text = PROJECT.format(requirement=requirement, wraps=BACKENDS[requirement], bytecode=bytecode, levels=levels)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    (package / "__init__.py").write_text('"""Demo."""\n', encoding="utf-8")
    (package / "core.py").write_text('def f(x):\n    "doc"\n    return {x} | {"a", "b"}\n', encoding="utf-8")


def build(front_end, tools, project, out, manifest):
    out.mkdir(parents=True)
    setting = f"pycompile-manifest={manifest}"
    # As a front end leaves the environment: without isolation, so that the module is the one in the checkout.
    if front_end == "build":
        run(tools / "python", "-m", "build", "--no-isolation", "--outdir", out, "-C", setting, project)
    elif front_end == "uv":
        run(tools / "uv", "build", "--no-build-isolation", "--python", tools / "python", "--out-dir", out,
            "-C", setting, project)
    else:
        run(tools / "python", "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", out,
            "-C", setting, project)
    return next(out.glob("*.whl"))


def editable(tools, work, project, requirement):
    """Installs the project in place by pip, and imports it from its directory."""
    run(tools / "python", "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", "--editable", project)
    module = f"demo_{requirement.replace('-', '_')}"
    said = run(tools / "python", "-c", f"import {module}; print({module}.__file__)", folder=work)
    if not said.startswith(str(project)):
        sys.exit(f"FAILED: {requirement}: the editable module is {said}")


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    work = pathlib.Path(tempfile.mkdtemp())
    os.environ.update(PYCOMPILE_PROGRAM=str(binary), PYTHONPATH=str(ROOT / "python"), PIP_DISABLE_PIP_VERSION_CHECK="1",
                      UV_CACHE_DIR=str(work / "uv-cache"))
    for name in ("SOURCE_DATE_EPOCH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(name, None)
    try:
        run(sys.executable, "-m", "venv", work / "tools")
        tools = work / "tools" / "bin"
        run(tools / "python", "-m", "pip", "install", "--quiet", "build", "uv", "wheel", "tomli", "editables", *BACKENDS)
        builds = 0
        for requirement in sys.argv[2:] or BACKENDS:
            wraps = BACKENDS[requirement]
            digests, manifests = set(), set()
            bytecode = "sourceless" if requirement == "flit-core" else "pycache"
            for place in ("a", "b/in/another/place"):
                for front_end in ("build", "uv", "pip"):
                    folder = work / requirement / place / front_end
                    make_project(folder / "project", requirement, bytecode)
                    manifest = folder / "manifest.json"
                    # Another umask and modification time each time.
                    os.umask(0o022 if place == "a" else 0o077)
                    wheel = build(front_end, tools, folder / "project", folder / "out", manifest)
                    digests.add((wheel.name, hashlib.sha256(wheel.read_bytes()).hexdigest()))
                    manifests.add(manifest.read_text(encoding="utf-8"))
                    builds += 1
            if len(digests) != 1 or len(manifests) != 1:
                sys.exit(f"FAILED: {requirement}: {len(digests)} wheels, {len(manifests)} manifests")
            run(binary, "verify", wheel, "--sources", folder / "project")
            listed = {entry["path"] for entry in json.loads(manifests.pop())["files"]}
            found = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".pyc")}
            if not found or listed != found:
                sys.exit(f"FAILED: {requirement}: the manifest lists {listed}, the wheel has {found}")
            run(tools / "python", "-c", HOOKS, wraps, folder=folder / "project")
            editable(tools, work, folder / "project", requirement)
            ((name, digest),) = digests
            print(f"ok: {requirement}: 6 builds, one digest: {digest[:16]} {name}, {len(found)} pycs")
        # A setting of the front end turns the packing off, and an error names the table.
        plain = work / "plain"
        make_project(plain / "project", "hatchling", "pycache")
        run(tools / "python", "-m", "build", "--no-isolation", "--wheel", "--outdir", plain / "out", "-C", "pycompile=0",
            plain / "project")
        if any(name.endswith(".pyc") for name in zipfile.ZipFile(next((plain / "out").iterdir())).namelist()):
            sys.exit("FAILED: -C pycompile=0 has pycs")
        config = plain / "project" / "pyproject.toml"
        config.write_text(config.read_text(encoding="utf-8") + 'bytcode = "none"\n', encoding="utf-8")
        done = subprocess.run([tools / "python", "-m", "build", "--no-isolation", "--wheel", plain / "project"],
                              capture_output=True, text=True, check=False)
        if done.returncode == 0 or "unknown key `bytcode`" not in done.stdout + done.stderr:
            sys.exit(f"FAILED: an unknown key: {done.stdout}{done.stderr}")
        links = work / "links"
        links.mkdir()
        (work / "victim").write_text("kept", encoding="utf-8")
        (work / "new.whl").write_text("new", encoding="utf-8")
        (links / "new.whl").symlink_to(work / "victim")
        publish = "import sys; from pycompile.backend import _publish; _publish(*sys.argv[1:])"
        run(tools / "python", "-c", publish, work / "new.whl", links / "new.whl")
        if (work / "victim").read_text(encoding="utf-8") != "kept" or os.listdir(links) != ["new.whl"] \
                or (links / "new.whl").is_symlink():
            sys.exit("FAILED: a link in the directory of the wheel is followed")
        print(f"ok: {builds} builds; -C pycompile=0, an unknown key, and a link in place of the wheel")
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
