#!/usr/bin/env python3
"""Compares METADATA and entry_points.txt of pycompile's wheels with those of hatchling, setuptools and flit_core.

    tests/packaging/metadata.py BINARY [SDIST.tar.gz ...]

Without sdists, the projects below are built; otherwise each sdist with a [project] table, with its own backend. Needs pip
and an index for the three backends. The exit status is 1 if anything differs that EXPECTED does not name.
"""

import configparser
import email
import email.policy
import itertools
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile

BACKENDS = {
    "hatchling": ("hatchling.build", 'requires = ["hatchling"]'),
    "setuptools": ("setuptools.build_meta", 'requires = ["setuptools"]'),
    "flit_core": ("flit_core.buildapi", 'requires = ["flit_core"]'),
}

# Choices of a backend that the standards leave open: (backend, field) -> why.
EXPECTED = {
    ("setuptools", "Dynamic"): "names what setuptools itself adds",
    ("flit_core", "Import-Name"): "a field of metadata 2.5",
    ("flit_core", "License"): "drops the text of a license table",
    **{
        (backend, field): "takes LICENSE files that no key names"
        for backend in BACKENDS
        for field in ("License-File", "(license files)")
    },
}

SMALL = """
[project]
name = "Demo.Small"
version = "1.0"
description = "Small"
"""

FULL = """
[project]
name = "demo_full"
version = "v1.0-rc.1+Local-2"
description = "Does things, and — ümläuts"
readme = "README.md"
requires-python = ">= 3.8, != 3.9.*"
license = "MIT OR Apache-2.0"
license-files = ["LICENSE*", "vendor/*/COPYING"]
authors = [{name = "A. Uthor", email = "a@example.org"}, {name = "Böse"}, {email = "c@example.org"}]
maintainers = [{name = "M Aintainer"}, {name = "N", email = "n@example.org"}]
keywords = ["one", "two words", "three"]
classifiers = ["Programming Language :: Python :: 3", "Development Status :: 4 - Beta"]
dependencies = [
    "requests[socks,security] >= 2.8.1, == 2.8.*",
    "tomli; python_version < '3.11'",
    'colorama; sys_platform == "win32" or (os_name == "nt" and python_version >= "3.9")',
    "direct @ https://example.org/direct-1.0.zip ; python_version > '3'",
    "spaced   ~=   1.4.2",
]

[project.urls]
Homepage = "https://example.org"
"Bug Tracker" = "https://example.org/bugs"

[project.scripts]
demo = "demo_full:main"
demo-two = "demo_full.sub:Class.method"

[project.gui-scripts]
demo-gui = "demo_full:gui"

[project.entry-points."demo.plugins"]
z = "demo_full"
a = "demo_full:plugin"

[project.optional-dependencies]
Dev_Tools = ["pytest", "x; os_name == 'a' or os_name == 'b'", "y; os_name == 'a' and os_name == 'b'"]
empty = []
"""

LEGACY = """
[project]
name = "demo-legacy"
version = "2024.1.0"
description = "Old forms"
readme = {text = "# Inline\\n\\nText.\\n", content-type = "text/markdown"}
license = {text = "Line one\\n\\nLine three"}
authors = [{email = "only@example.org"}]
"""

LICENSE_FILE = """
[project]
name = "demo-license-file"
version = "0.1.dev0"
description = "A file"
readme = {file = "README.rst", content-type = "text/x-rst"}
license = {file = "LICENSE"}
requires-python = ">=3.8"
"""

FILES = {
    "README.md": "# Demo\r\n\r\nWith *Markdown* and ümläuts.\r\n",
    "README.rst": "Demo\n====\n\nText\n",
    "LICENSE": "The license.\n\nSecond paragraph.\n",
    "LICENSE-APACHE": "Another.\n",
    "vendor/other/COPYING": "Theirs.\n",
}

PROJECTS = {"small": SMALL, "full": FULL, "legacy": LEGACY, "license-file": LICENSE_FILE}


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def theirs(python, backend, folder, out):
    """The folder *.dist-info that a backend prepares, or that is in its wheel."""
    out.mkdir()
    code = (
        "import importlib, sys, zipfile, os\n"
        "_, backend, out = sys.argv\n"
        "name = importlib.import_module(backend).build_wheel(out)\n"
        "zipfile.ZipFile(os.path.join(out, name)).extractall(out)\n"
    )
    run([python, "-c", code, backend, out], folder)
    return next(out.glob("*.dist-info")), next(out.glob("*.whl")).name


def ours(packaging, binary, folder, out, given=""):
    source = folder / "pycompile_probe.py"
    source.write_text("")
    version = "%d.%d" % sys.version_info[:2]
    config = folder / "pycompile-probe.toml"
    config.write_text(
        f'[source]\nfiles = ["pycompile_probe.py"]\n[compile]\npython = ["{version}"]\n'
        f'invalidation-mode = "checked-hash"\n[wheel]\nproject = "pyproject.toml"\noutput = "pycompile-out"\n{given}'
    )
    run([binary, "pack", "-q", "--config", config], folder)
    wheel = next((folder / "pycompile-out").glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(out)
    folder = next(out.glob("*.dist-info"))
    packaging.metadata.Metadata.from_email((folder / "METADATA").read_bytes(), validate=True)
    return folder, wheel.name


def applies(marker, extras):
    """Returns the environments in which a marker is true, so that two spellings of one marker are equal."""
    if marker is None:
        return "always"
    places = itertools.product(["3.8", "3.10", "3.14"], ["posix", "nt", "a", "b"], ["linux", "win32"], ["", *extras])
    return "".join(
        str(int(marker.evaluate({"python_version": python, "os_name": name, "sys_platform": system, "extra": extra})))
        for python, name, system, extra in places
    )


def fields(folder, packaging):
    text = (folder / "METADATA").read_text(encoding="utf-8")
    message = email.message_from_string(text, policy=email.policy.compat32)
    found = {}
    for key, value in message.items():
        if key == "Requires-Dist":
            requirement = packaging.requirements.Requirement(value)
            requirement.name = packaging.utils.canonicalize_name(requirement.name)
            requirement.extras = {packaging.utils.canonicalize_name(extra) for extra in requirement.extras}
            marker, requirement.marker = requirement.marker, None
            value = f"{requirement} where {applies(marker, message.get_all('Provides-Extra', []))}"
        elif key == "Requires-Python":
            value = str(packaging.specifiers.SpecifierSet(value))
        elif key == "Keywords":
            value = ",".join(sorted(part.strip() for part in value.split(",")))
        elif key == "License":
            value = "\n".join(line.strip() for line in value.splitlines()).strip()
        elif key == "Version":
            value = str(packaging.version.Version(value))
        elif key in ("Name", "Provides-Extra"):
            value = packaging.utils.canonicalize_name(value)
        found.setdefault(key, []).append(value)
    found = {key: sorted(values) for key, values in found.items() if key != "Metadata-Version"}
    body = message.get_payload().strip()
    found["(body)"] = [body] if body else []
    names = folder / "entry_points.txt"
    if names.exists():
        parser = configparser.RawConfigParser(delimiters=("=",))
        parser.optionxform = str
        parser.read_string(names.read_text(encoding="utf-8"))
        found["(entry points)"] = sorted(
            f"[{group}] {name} = {value.replace(' ', '')}" for group in parser.sections() for name, value in parser.items(group)
        )
    licenses = folder / "licenses"
    found["(license files)"] = sorted(
        f"{path.relative_to(licenses).as_posix()}: {path.read_bytes()!r}" for path in licenses.rglob("*") if path.is_file()
    )
    return found


def compare(label, backend, mine, other):
    differences = 0
    for key in sorted(set(mine) | set(other)):
        if mine.get(key, []) == other.get(key, []):
            continue
        known = EXPECTED.get((backend, key))
        if key in ("License-File", "(license files)") and not set(mine.get(key, [])) <= set(other.get(key, [])):
            known = None
        if known:
            print(f"  {label}, {backend}: {key} differs as expected: {known}")
            continue
        differences += 1
        print(f"DIFFERS {label}, {backend}: {key}\n  pycompile: {mine.get(key)}\n  {backend}: {other.get(key)}")
    return differences


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    sdists = [pathlib.Path(path) for path in sys.argv[2:]]
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        run([sys.executable, "-m", "venv", work / "tools"], work)
        python = work / "tools" / "bin" / "python"
        run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--upgrade", *BACKENDS, "packaging"], work)
        site = run([python, "-c", "import packaging, os; print(os.path.dirname(os.path.dirname(packaging.__file__)))"], work)
        sys.path.insert(0, site.strip())
        import packaging.metadata
        import packaging.requirements
        import packaging.specifiers
        import packaging.utils
        import packaging.version

        compared = differences = skipped = 0
        for sdist in sdists:
            with tarfile.open(sdist) as archive:
                archive.extractall(work / "sdists", filter="data")
            folder = work / "sdists" / sdist.name.removesuffix(".tar.gz")
            table = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
            backend = table.get("build-system", {}).get("build-backend", "").split(".")[0]
            name = next((module for key, (module, _) in BACKENDS.items() if key == backend), None)
            project = table.get("project", {})
            if name is None or not project:
                print(f"skipped {sdist.name}: " + ("no [project] table" if name else f"the backend is {backend!r}"))
                skipped += 1
                continue
            try:
                other, wheel_name = theirs(python, name, folder, work / f"theirs-{sdist.name}")
            except RuntimeError as error:
                print(f"skipped {sdist.name}: its backend does not build it here: {str(error).strip().splitlines()[-1]}")
                skipped += 1
                continue
            found = fields(other, packaging)
            given = ""
            for key, field in [("version", "Version"), ("description", "Summary")]:
                if key in project.get("dynamic", []):
                    given += f"dynamic.{key} = {json.dumps(found[field][0])}\n"
            try:
                mine, my_name = ours(packaging, binary, folder, work / f"ours-{sdist.name}", given)
            except RuntimeError as error:
                print(f"REFUSED {sdist.name}: {error}")
                differences += 1
                continue
            compared += 1
            if my_name.split("-")[:2] != wheel_name.split("-")[:2]:
                print(f"DIFFERS {sdist.name}: {my_name}, {backend}: {wheel_name}")
                differences += 1
            differences += compare(sdist.name, backend, fields(mine, packaging), found)
        for label, text in {} if sdists else PROJECTS.items():
            for backend, (module, requires) in BACKENDS.items():
                folder = work / f"{label}-{backend}"
                for name, content in FILES.items():
                    path = folder / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content.encode())
                module_name = tomllib.loads(text)["project"]["name"].lower().replace(".", "_").replace("-", "_")
                (folder / f"{module_name}.py").write_text('"""Probe."""\n')
                extra = {
                    "hatchling": f'\n[tool.hatch.build.targets.wheel]\ninclude = ["{module_name}.py"]\n'
                    "[tool.hatch.metadata]\nallow-direct-references = true\n",
                    "setuptools": f'\n[tool.setuptools]\npy-modules = ["{module_name}"]\n',
                    "flit_core": f'\n[tool.flit.module]\nname = "{module_name}"\n',
                }[backend]
                (folder / "pyproject.toml").write_text(
                    f'[build-system]\n{requires}\nbuild-backend = "{module}"\n{text}{extra}', encoding="utf-8"
                )
                try:
                    other, wheel_name = theirs(python, module, folder, work / f"theirs-{label}-{backend}")
                except RuntimeError as error:
                    print(f"skipped {label}, {backend}: {str(error).strip().splitlines()[-1]}")
                    skipped += 1
                    continue
                mine, my_name = ours(packaging, binary, folder, work / f"ours-{label}-{backend}")
                compared += 1
                if my_name.split("-")[:2] != wheel_name.split("-")[:2]:
                    print(f"DIFFERS {label}: {my_name}, {backend}: {wheel_name}")
                    differences += 1
                differences += compare(label, backend, fields(mine, packaging), fields(other, packaging))
        print(f"metadata: {compared} compared, {differences} differences, {skipped} skipped")
        return 1 if differences or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
