#!/usr/bin/env python3
"""Builds the wheel of pycompile, installs it by pip, uv and pipx as the README describes, uses it and removes it.

    tests/packaging/python_wheel.py [--wheel WHEEL | --reuse | --twice] [PYTHON…]

Without an option, tools/python-wheel builds the wheel, which takes minutes. --wheel uses an existing one; --reuse
packs the program that `cargo build --release` has built, without compiling it again; --twice also builds it in a second
directory, from a clone with another cargo directory, and compares. PYTHON: interpreters from 3.9 on, default python3.

Needs python3 with pip, an index for maturin, ziglang, uv and pipx.
"""

import argparse
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
USE = """\
import pathlib, sys, pycompile, pycompile.backend
source = pathlib.Path(sys.argv[1], "m.py")
source.write_text("x = 1\\n", encoding="utf-8")
cfile = pycompile.compile(source, doraise=True)
assert cfile and pathlib.Path(cfile).is_file(), cfile
assert pycompile.verify(sys.argv[1]) and pycompile.manifest(sys.argv[1])["files"]
assert pycompile.compile_dir(sys.argv[1], quiet=1, force=True)
assert pathlib.Path(pycompile.find_program()).is_relative_to(sys.prefix), pycompile.find_program()
"""


def run(*command, folder=None, **environment):
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False,
    )
    if done.returncode:
        sys.exit(f"FAILED: {' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def build(tools, checkout, out, **environment):
    path = f"{tools}:{os.environ['PATH']}"
    run(checkout / "tools" / "python-wheel", out, folder=checkout, PATH=path, **environment)
    return next(out.glob("*.whl"))


def reused(tools, out):
    run(tools / "maturin", "build", "--release", "--locked", "--out", out, folder=ROOT)
    return next(out.glob("*.whl"))


def paths_in(wheel):
    """Returns the absolute paths of this machine that the wheel has in it."""
    known = {str(ROOT), os.environ.get("CARGO_HOME") or str(pathlib.Path.home() / ".cargo"),
             str(pathlib.Path.home() / ".rustup"), os.environ.get("CARGO_TARGET_DIR") or str(ROOT / "target")}
    with zipfile.ZipFile(wheel) as archive:
        return [(name, path) for name in archive.namelist() for path in known if path.encode() in archive.read(name)]


def left(folder):
    return sorted(str(path) for path in folder.rglob("*pycompile*")) if folder.exists() else []


def in_environment(python, wheel, work):
    version = run(python, "-c", "import platform; print(platform.python_version())").strip()
    folder = work / f"venv-{version}"
    run(python, "-m", "venv", folder)
    ours = folder / "bin" / "python"
    run(ours, "-m", "pip", "install", "--quiet", wheel)
    said = run(folder / "bin" / "pycompile", "--version")
    if run(ours, "-m", "pycompile", "--version") != said:
        sys.exit("FAILED: python -m pycompile runs another program")
    used = work / f"use-{version}"
    used.mkdir()
    run(ours, "-c", USE, used)
    shutil.copytree(ROOT / "examples" / "demo", used / "demo", ignore=shutil.ignore_patterns("dist", "__pycache__"))
    run(ours, "-m", "pycompile", "pack", "--config", used / "demo" / "native.toml")
    run(ours, "-m", "pip", "uninstall", "--quiet", "--yes", "pycompile-native")
    if found := left(folder):
        sys.exit(f"FAILED: {version}: pip uninstall leaves {found}")
    print(f"ok: {version}: pip install, python -m pycompile, import pycompile, pack, uninstall")


def readme_commands():
    """Returns the commands of README's section on installation that use a built wheel."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## Install\n")[1].split("\n## ")[0]
    lines = [line[2:].split("  #")[0].strip() for line in section.splitlines() if line.startswith("$ ")]
    lines = [line for line in lines if not line.startswith("cargo ")]
    if lines[0] != "tools/python-wheel dist" or len(lines) < 4:
        sys.exit(f"FAILED: README installs by {lines}")
    return lines[1:]


def as_readme_says(tools, wheel, work):
    home = work / "home"
    (home / "dist").mkdir(parents=True)
    shutil.copy(wheel, home / "dist")
    run(sys.executable, "-m", "venv", home / "venv")
    places = {
        "HOME": str(home), "PATH": f"{home}/venv/bin:{home}/.local/bin:{tools}:{os.environ['PATH']}",
        "PIPX_HOME": str(home / "pipx"), "PIPX_BIN_DIR": str(home / "pipx-bin"),
        "UV_CACHE_DIR": str(home / "cache"), "UV_TOOL_DIR": str(home / "uv"), "UV_TOOL_BIN_DIR": str(home / "uv-bin"),
    }
    commands = readme_commands()
    for command in commands:
        run("bash", "-c", command, folder=home, **places)
    said = run(home / "venv" / "bin" / "pycompile", "--version")
    if run(home / "uv-bin" / "pycompile", "--version") != said:
        sys.exit("FAILED: uv has installed another program")
    run("uv", "tool", "uninstall", "pycompile-native", **places)
    run(home / "venv" / "bin" / "pip", "uninstall", "--quiet", "--yes", "pycompile-native", **places)
    if found := left(home / "uv") + left(home / "uv-bin") + left(home / "venv"):
        sys.exit(f"FAILED: uninstalling leaves {found}")
    print("ok: as README says: " + "; ".join(commands))


def main():
    parser = argparse.ArgumentParser()
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--wheel", type=pathlib.Path)
    how.add_argument("--reuse", action="store_true")
    how.add_argument("--twice", action="store_true")
    parser.add_argument("pythons", nargs="*", default=[sys.executable])
    arguments = parser.parse_args()
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "PYCOMPILE_PROGRAM", "SOURCE_DATE_EPOCH", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(name, None)
    os.environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    work = pathlib.Path(tempfile.mkdtemp())
    try:
        tools = work / "tools" / "bin"
        run(sys.executable, "-m", "venv", tools.parent)
        needed = ["uv", "pipx"] + ([] if arguments.wheel else ["maturin"])
        run(tools / "pip", "install", "--quiet", *needed, *([] if arguments.wheel or arguments.reuse else ["ziglang"]))
        if arguments.wheel:
            wheel = arguments.wheel.resolve()
        elif arguments.reuse:
            wheel = reused(tools, work / "dist")
        else:
            wheel = build(tools, ROOT, work / "dist")
        size = wheel.stat().st_size
        print(f"{wheel.name}: {size:,} bytes, {hashlib.sha256(wheel.read_bytes()).hexdigest()}")
        if not re.fullmatch(r"pycompile_native-[0-9.]+-py3-none-\w+(\.\w+)*\.whl", wheel.name):
            sys.exit("FAILED: the name of the wheel")
        if arguments.twice:
            clone = work / "another" / "directory"
            run("git", "clone", "--quiet", ROOT, clone)
            other = build(tools, clone, work / "other", CARGO_HOME=str(work / "cargo"), CARGO_TARGET_DIR=str(work / "target"))
            if (other.name, other.read_bytes()) != (wheel.name, wheel.read_bytes()):
                sys.exit("FAILED: a build in another directory has other bytes")
            print("ok: built in two directories, the wheels are equal")
        if not arguments.reuse:
            if found := paths_in(wheel):
                sys.exit(f"FAILED: paths of this machine are in the wheel: {found}")
            print("ok: no path of this machine is in the wheel")
        for python in arguments.pythons:
            in_environment(python, wheel, work)
        as_readme_says(tools, wheel, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
