#!/usr/bin/env python3
"""`init` and `pack` in real sdists, compared with the wheels that were published.

    tests/packaging/real_projects.py BINARY [NAME==VERSION ...]

Needs pip, uv and an index. For each project: the Python files that `init` lists must be those of the published wheel
of the same version, and its data files too; the wheel that `pack` makes must have its metadata, entry points and
licenses, `pack SDIST` must make the same wheel, and `clean` must remove all of it. uv and pip each install the wheel,
every top-level module is imported, and after uninstalling no file of it is left. For the projects in REFUSED, `pack`
and `pack SDIST` must write nothing, and report why. The exit status is 1 if anything differs that EXPECTED does not explain.
"""

import atexit
import configparser
import email.parser
import functools
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile

# Flat, src, lib, namespace and single-module layouts; static and dynamic metadata.
PROJECTS = [
    "structlog==25.5.0",
    "httpie==3.2.4",
    "boltons==26.2.0",
    "requests==2.34.2",
    "flask==3.1.3",
    "rich==15.0.0",
    "attrs==26.1.0",
    "six==1.17.0",
    "packaging==26.4",
    "jaraco.functools==4.6.0",
    "tomlkit==0.15.2",
    "findpython==0.9.0",
    "click==8.5.1",
    "google-auth==2.63.0",
    "pyparsing==3.3.3",
    "python-dateutil==4.0.0",
    "beautifulsoup4==4.12.3",
    "docutils==0.21.2",
    "flit==3.9.0",
    "pluggy==1.5.0",
    "pytest==8.3.2",
    "requests-toolbelt==1.0.0",
    "setuptools_scm==8.1.0",
    "stevedore==5.2.0",
    "testpath==0.6.0",
    "zope.event==5.0",
    # Old license fields (hatchling, poetry), hidden data (pdm, flit), Python files that are data (setuptools).
    "httpx==0.28.1",
    "rsa==4.9.1",
    "docopt-ng==0.9.0",
    "fastapi==0.165.0",
    "sphinxcontrib-jsmath==2.0.0",
    "networkx==3.6.1",
    "trio==0.35.0",
    # Namespaces, a setup.py alone, a single module, a backend that builds itself.
    "backports.tarfile==1.2.0",
    "google-cloud-core==2.8.0",
    "toml==0.10.2",
    "h11==0.16.0",
    "typing-extensions==4.16.0",
    "poetry-core==2.5.0",
    "hatchling==1.33.0",
    # A file that hatchling forces in.
    "jupyter_core==5.9.1",
    # Scripts in setup.py.
    "bottle==0.13.4",
    # hatchling, with themes as data.
    "mkdocs==1.6.1",
    # Negated patterns of hatchling, and tests that are shipped.
    "fsspec==2026.9.0",
    # A setup.py whose code lists the package data.
    "pytz==2026.6",
    # Vendored metadata as data.
    "bleach==6.4.0",
    # pbr.
    "oslo.utils==10.2.0",
    # pdm-backend, and a version in a file.
    "pdm==2.29.4",
]

# Messages for projects with extension modules, packages from several directories, or a setup.py that combines them.
REFUSED = {
    "psutil==7.2.2": "extension modules",
    "PyYAML==6.0.4": "extension modules",
    "nbconvert==7.17.2": "[tool.hatch.build] shared-data adds files outside the packages",
    "contourpy==1.3.3": "its build backend, mesonpy, builds extension modules",
    "ruamel.yaml==0.19.1": "no file is below the top-level",
    "ansible-core==2.17.0": "it has packages below lib and test/lib/ansible_test, and a config has one root",
}

# (project, what differs) -> why.
EXPECTED = {
    ("bottle", "files"): "a script of setup.py, which is not packed, as a note says",
    ("httpie", "fields"): "the wheel's backend normalized a name in Requires-Dist",
    ("oslo.utils", "fields"): "pbr writes AUTHORS from the history in git when it builds, and the sdist does not have it",
    ("oslo.utils", "licenses"): "the same",
    ("requests-toolbelt", "files"): "the sdist does not have adapters/appengine.py, which the wheel has",
    ("requests-toolbelt", "fields"): "the wheel's backend wrote versions in parentheses",
    ("setuptools_scm", "fields"): "the wheel's backend left out the parentheses around a marker that needs none",
    ("stevedore", "fields"): "PKG-INFO has metadata 1.2, whose description is a field",
    ("toml", "data"): "the setuptools of that time did not take *.pyi by itself",
    ("toml", "fields"): "PKG-INFO has metadata 1.2, whose description is a field",
}


def download(project, kind, folder):
    choice = ["--no-binary" if kind == "sdist" else "--only-binary", ":all:"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *choice, "--dest", folder, project]
    subprocess.run(command, check=True)
    return next(pathlib.Path(folder).iterdir())


def dist_info(wheel):
    return {name.split("/", 1)[1]: wheel.read(name) for name in wheel.namelist() if ".dist-info/" in name}


def fields(metadata):
    message = email.parser.BytesParser().parsebytes(metadata)
    return sorted((key, "".join(str(value).split()).replace("'", '"')) for key, value in message.items())


def entry_points(text):
    parser = configparser.ConfigParser(delimiters=["="], interpolation=None)
    parser.optionxform = str
    parser.read_string(text.decode())
    return {section: dict(parser[section]) for section in parser.sections() if parser[section]}


# Files that backends write into dist-info; the others are licenses.
OWN = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "top_level.txt", "zip-safe", "namespace_packages.txt", "pbr.json",
       "scm_file_list.json", "scm_version.json"}


def licenses(files):
    """Returns license files by name: old backends put them next to METADATA, new ones below `licenses`."""
    return {name.removeprefix("licenses/").removeprefix("license_files/"): files[name]
            for name in files if name not in OWN and not name.endswith("/")}


def files_below(folder):
    return {str(path) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}


@functools.cache
def uv_program():
    """Returns the uv on PATH, or one that is installed for this run."""
    found = shutil.which("uv")
    if not found:
        tools = pathlib.Path(tempfile.mkdtemp())
        atexit.register(shutil.rmtree, tools, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", tools, "uv"], check=True)
        found = str(tools / "bin" / "uv")
    return found


def installed(wheel, name, folder):
    """Yields the errors of the wheel in an environment with its dependencies."""
    python = folder / "bin" / "python"
    with zipfile.ZipFile(wheel) as archive:
        files = [entry for entry in archive.namelist() if ".dist-info/" not in entry and entry.endswith(".py")]
    modules = sorted({entry.split("/")[0].removesuffix(".py") for entry in files})
    program = uv_program()
    subprocess.run([program, "venv", "--quiet", folder], check=True)
    uv, pip = [program, "pip"], [sys.executable, "-m", "pip", "--python", python]
    aim = ["--quiet", "--python", python]
    subprocess.run([*uv, "install", *aim, name], check=True, capture_output=True)
    subprocess.run([*uv, "uninstall", *aim, name.split("==")[0]], check=True, capture_output=True)
    before = files_below(folder)
    for tool, install, uninstall in (
        ("uv", [*uv, "install", *aim, "--no-deps", wheel], [*uv, "uninstall", *aim]),
        ("pip", [*pip, "install", "--quiet", "--no-deps", wheel], [*pip, "uninstall", "--quiet", "--yes"]),
    ):
        for command in (
            install,
            [python, "-c", "".join(f"import {module}\n" for module in modules)],
            [*uninstall, name.split("==")[0]],
        ):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                yield tool, f"{command}: {done.stderr[-300:]}"
        if files_below(folder) != before:
            yield tool, f"left: {sorted(files_below(folder) ^ before)[:4]}"


def unpacked(project, folder):
    """Returns the sdist of a project, and the directory that it unpacks to."""
    sdist = download(project, "sdist", folder / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "tree", filter="data")
    return sdist, next((folder / "tree").iterdir())


def made(binary, project, folder):
    """Yields the errors of a project whose wheel contains more than its files."""
    sdist, root = unpacked(project, folder)
    words = REFUSED[project]
    subprocess.run([binary, "init"], cwd=root, capture_output=True)
    for command, where in (["pack"], root), (["pack", sdist], folder):
        done = subprocess.run([binary, *command], cwd=where, capture_output=True, text=True)
        if done.returncode != 2 or (sdist in command and words not in done.stderr) or list(where.glob("dist/*.whl")):
            yield " ".join(map(str, command)), f"exit status {done.returncode}, {done.stderr[-300:]}"


def differences(binary, project, folder):
    published = zipfile.ZipFile(download(project, "wheel", folder / "wheel"))
    sdist, root = unpacked(project, folder)
    before = files_below(root)
    for command in (["init"], ["pack"]):
        done = subprocess.run([binary, *command], cwd=root, capture_output=True, text=True)
        if done.returncode:
            yield command[0], done.stderr
            return
    config = tomllib.loads((root / "pycompile.toml").read_text())
    listed = set(config["source"]["files"])
    shipped = {name for name in published.namelist() if name.endswith(".py") and ".dist-info/" not in name}
    if listed != shipped:
        yield "files", f"more: {sorted(listed - shipped)[:5]}, fewer: {sorted(shipped - listed)[:5]}"
    data = set(config["source"].get("data", []))
    wanted = {name for name in published.namelist()
              if not name.endswith((".py", "/")) and not name.split("/")[0].endswith((".dist-info", ".data"))}
    if data != wanted:
        yield "data", f"more: {sorted(data - wanted)[:5]}, fewer: {sorted(wanted - data)[:5]}"
    wheel = next((root / "dist").glob("*.whl"))
    own, theirs = dist_info(zipfile.ZipFile(wheel)), dist_info(published)
    ours, wanted = fields(own["METADATA"]), fields(theirs["METADATA"])
    if ours != wanted:
        odd = [field for field in ours + wanted if (field in ours) != (field in wanted)]
        yield "fields", str(odd[:4])
    points = [entry_points(side.get("entry_points.txt", b"")) for side in (own, theirs)]
    if points[0] != points[1]:
        yield "entry points", str(points)
    if licenses(own) != licenses(theirs):
        yield "licenses", f"{sorted(licenses(own))} and not {sorted(licenses(theirs))}"
    done = subprocess.run([binary, "pack", sdist, "--output-dir", folder / "out"], capture_output=True, text=True)
    direct = folder / "out" / wheel.name
    if done.returncode or direct.read_bytes() != wheel.read_bytes():
        yield "pack SDIST", done.stderr[-300:]
    subprocess.run([binary, "clean"], cwd=root, capture_output=True)
    (root / "pycompile.toml").unlink()
    if files_below(root) != before:
        yield "clean", str(sorted(files_below(root) ^ before)[:4])
    if direct.exists():
        yield from installed(direct, project, folder / "environment")


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    wrong = explained = 0
    for project in sys.argv[2:] or [*PROJECTS, *REFUSED]:
        compare = made if project in REFUSED else differences
        with tempfile.TemporaryDirectory() as folder:
            found = list(compare(binary, project, pathlib.Path(folder)))
        for what, detail in found:
            why = EXPECTED.get((project.split("==")[0], what))
            wrong, explained = wrong + (why is None), explained + (why is not None)
            print(f"{'DIFFERENT' if why is None else 'explained'} {project}, {what}: {why or detail}", flush=True)
        if not found:
            print(f"ok        {project}", flush=True)
    print(f"real projects: {wrong} differences, {explained} explained")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
