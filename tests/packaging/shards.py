#!/usr/bin/env python3
"""Verifies and lists a directory of wheels in shards, and compares the results with those of the whole directory.

    tests/packaging/shards.py BINARY [--shards N] [--count N | --wheels DIR]

The wheels are the first N of wheels.txt (pip download), or those in DIR; each is packed with pycs
first. The merged manifest must be that of the whole directory, byte for byte, and the sums of the results the same; also
after one pyc has been replaced. A wheel that `pack` refuses is left out and named.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

LIST = pathlib.Path(__file__).resolve().with_name("wheels.txt")


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


def download(count, folder):
    lines = LIST.read_text(encoding="utf-8").splitlines()
    names = [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()][:count]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", folder]
        for name, done in zip(names, pool.map(lambda name: run(*fetch, name), names)):
            if done.returncode:
                print(f"no wheel of {name}")


def pack(binary, wheel, folder):
    return run(binary, "pack", "-q", "--bytecode", "pycache", "--python", "3.14", "--engine", "native", "--output-dir",
               folder, wheel)


def verified(binary, folder, *shard):
    """Returns the counts, the findings and the status of `verify`."""
    done = run(binary, "verify", folder, "--message-format", "json", *shard)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode == 2 or "summary" not in lines[-1]:
        sys.exit(f"FAILED: verify {shard}: {done.stderr}")
    counts = collections.Counter({key: lines[-1]["summary"][key] for key in ("pycs", "verified", "findings")})
    return counts, sorted((line["path"], line["kind"]) for line in lines if "kind" in line), done.returncode


def compare(binary, folder, work, count, wheels):
    start = time.monotonic()
    whole = verified(binary, folder)
    alone = time.monotonic() - start
    shards = [f"{number}/{count}" for number in range(1, count + 1)]
    start = time.monotonic()
    parts = [verified(binary, folder, "--shard", shard) for shard in shards]
    together = time.monotonic() - start
    counts = sum((part[0] for part in parts), collections.Counter())
    findings = sorted(finding for part in parts for finding in part[1])
    if (counts, findings, max(part[2] for part in parts)) != (+whole[0], whole[1], whole[2]):
        sys.exit(f"FAILED: {count} shards: {counts}, {len(findings)} findings; the whole: {whole[0]}, {len(whole[1])}")
    names = []
    for shard in reversed(shards):
        names.append(work / f"{shard.replace('/', '-of-')}.json")
        if (done := run(binary, "manifest", folder, "--shard", shard, "-o", names[-1])).returncode == 2:
            sys.exit(f"FAILED: manifest --shard {shard}: {done.stderr}")
    merged, expected = run(binary, "manifest", "--merge", *names), run(binary, "manifest", folder)
    if merged.returncode or merged.stdout != expected.stdout:
        sys.exit(f"FAILED: {count} shards: the merged manifest is another one: {merged.stderr}")
    print(f"ok: {wheels} wheels, {whole[0]['pycs']} pycs, {len(whole[1])} findings: {count} shards give the same results and "
          f"manifest; {wheels / alone:.1f} wheels/s as a whole, {wheels / together:.1f} shard after shard")


def poison(wheel):
    """Replaces the code of one pyc by that of another."""
    with zipfile.ZipFile(wheel) as archive:
        entries = {info.filename: archive.read(info) for info in archive.infolist()}
    pycs = [name for name in entries if name.endswith(".pyc")]
    if len(pycs) < 2:
        return False
    entries[pycs[0]] = entries[pycs[0]][:16] + entries[pycs[1]][16:]
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--wheels", type=pathlib.Path)
    arguments = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp())
    try:
        source, folder, binary = arguments.wheels or work / "downloaded", work / "packed", arguments.binary.resolve()
        if not arguments.wheels:
            download(arguments.count, source)
        found = sorted(source.glob("*.whl"))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for wheel, done in zip(found, pool.map(lambda wheel: pack(binary, wheel, folder), found)):
                # A source that does not compile is in a wheel that is written all the same.
                if not (folder / wheel.name).exists():
                    print(f"left out: {wheel.name}: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
        packed = sorted(folder.glob("*.whl"))
        if not packed:
            sys.exit("FAILED: no wheel")
        compare(binary, folder, work, arguments.shards, len(packed))
        if not any(poison(wheel) for wheel in packed):
            sys.exit("FAILED: no wheel with two pycs")
        compare(binary, folder, work, arguments.shards, len(packed))
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
