#!/usr/bin/env python3
"""Compares two releases of real wheels, packed with pycs, and finds a pyc with other code.

    tests/packaging/real_pairs.py target/release/pycompile

Downloads the wheels with pip. In each pair, every pyc that differs must follow from its source, and none may be unexplained.
Then one pyc of the newer wheel gets other code under the right header, and a RECORD that lists it: only that pyc may be
unexplained. A wheel must be the same as itself.
"""

import base64
import collections
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

PAIRS = [
    ("click", "8.1.7", "8.1.8"),
    ("jinja2", "3.1.5", "3.1.6"),
    ("requests", "2.32.3", "2.32.4"),
    ("attrs", "23.2.0", "24.1.0"),
    ("rich", "13.9.3", "13.9.4"),
]


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def packed(binary, folder, name, version):
    """The wheel of a release with the pycs of two versions."""
    wheels, out = folder / "published" / version, folder / version
    done = run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", wheels,
               f"{name}=={version}")
    if done.returncode:
        sys.exit(f"pip cannot download {name} {version}: {done.stderr}")
    (wheel,) = wheels.glob("*.whl")
    done = run(binary, "pack", wheel, "--bytecode", "pycache", "--python", "3.13", "--python", "3.14", "--output-dir", out)
    if done.returncode:
        sys.exit(f"{name} {version} is not packed: {done.stderr}")
    (wheel,) = out.glob("*.whl")
    return wheel


def poisoned(binary, wheel, folder):
    """A copy of a wheel in which one pyc has the code of another source under its own header; returns it with the pyc's name."""
    with zipfile.ZipFile(wheel) as archive:
        contents = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    pycs = sorted(name for name in contents if name.endswith(".cpython-314.pyc") and len(contents[name]) > 2000)
    victim = pycs[len(pycs) // 2]
    source = re.sub(r"__pycache__/([^/]*)\.cpython-314\.pyc$", r"\1.py", victim)
    evil = folder / "evil" / pathlib.Path(source).name
    evil.parent.mkdir()
    evil.write_bytes(contents[source] + b"\nimport os as _os\n")
    made = run(binary, "compile", evil, "--python", "3.14", "--dfile", source, "-o", folder / "evil.pyc")
    if made.returncode:
        sys.exit(made.stderr)
    contents[victim] = contents[victim][:16] + (folder / "evil.pyc").read_bytes()[16:]
    record = next(name for name in contents if name.endswith(".dist-info/RECORD"))
    digest = base64.urlsafe_b64encode(hashlib.sha256(contents[victim]).digest()).rstrip(b"=").decode()
    rows = contents[record].decode().splitlines()
    rows = [f"{victim},sha256={digest},{len(contents[victim])}" if row.startswith(f"{victim},") else row for row in rows]
    contents[record] = "".join(f"{row}\n" for row in rows).encode()
    out = folder / "poisoned" / wheel.name
    out.parent.mkdir()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out, victim


def causes(binary, left, right):
    """The exit status, the sentence, and the causes of the pycs that differ."""
    done = run(binary, "diff", "--json", left, right)
    if done.returncode not in (0, 1):
        sys.exit(f"diff could not run: {done.stderr}")
    found = json.loads(done.stdout)
    pycs = {file["path"]: file["cause"]["kind"] for file in found["files"] if file["path"].endswith(".pyc")}
    return done.returncode, found["conclusion"], pycs


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    wrong = 0
    for name, old, new in PAIRS:
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            left, right = (packed(binary, folder, name, version) for version in (old, new))
            faults = []
            status, _, _ = causes(binary, left, left)
            if status != 0:
                faults.append("it differs from itself")
            status, conclusion, pycs = causes(binary, left, right)
            kinds = collections.Counter(pycs.values())
            if status != 1 or set(kinds) - {"follows-from-source", "one-side", "harmless"} or not kinds["follows-from-source"]:
                faults.append(f"causes of its pycs: {dict(kinds)}")
            if "nothing that differs is unexplained" not in conclusion:
                faults.append(conclusion)
            print(f"{name} {old} and {new}: {conclusion}", flush=True)
            evil, victim = poisoned(binary, right, folder)
            for one in (left, right):
                _, _, pycs = causes(binary, one, evil)
                alarms = [path for path, cause in pycs.items() if cause == "unexplained"]
                if alarms != [victim]:
                    faults.append(f"{victim} is poisoned, and unexplained are {alarms}")
            done = run(binary, "verify", evil)
            if done.returncode != 1 or done.stdout.count(": code: ") + done.stderr.count(": code: ") != 1:
                faults.append(f"verify of the poisoned wheel: {done.stdout}{done.stderr}")
            for fault in faults:
                print(f"WRONG {name}: {fault}", flush=True)
            wrong += len(faults)
    print(f"{len(PAIRS)} pairs, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
