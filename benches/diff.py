#!/usr/bin/env python3
"""Times `diff` of two large wheels with the same content, compared with one inflation of both by Python's zlib.

    benches/diff.py BINARY [--megabytes N] [--rounds N]

The wheels contain random bytes, of which every block is repeated once, so that they compress to about half, like the
machine code and text of numerical packages. Two pairs are measured, in turns with the inflation: copies of one file, and two
wheels whose entries were compressed at different levels, so that every entry has to be inflated to be compared.
"""
import argparse
import base64
import hashlib
import pathlib
import random
import shutil
import sys
import tempfile
import time
import zipfile

from native import best

ENTRY = 2 << 20


def wheel(path, entries, level):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 2, 2, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, level)


def content(megabytes):
    """Returns entries that compress to about `megabytes`, with a RECORD."""
    noise = random.Random(1)
    entries = {"large/__init__.py": b""}
    for number in range(megabytes * (1 << 20) // (ENTRY // 2)):
        blocks = [noise.randbytes(1024) for _ in range(ENTRY // 2048)]
        entries[f"large/native{number}.so"] = b"".join(block + block for block in blocks)
    entries["large-1.0.dist-info/METADATA"] = b"Metadata-Version: 2.1\nName: large\nVersion: 1.0\n"
    entries["large-1.0.dist-info/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    rows = []
    for name, data in entries.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(data)}\n")
    entries["large-1.0.dist-info/RECORD"] = "".join([*rows, "large-1.0.dist-info/RECORD,,\n"]).encode()
    return entries


def inflation(paths, rounds):
    """Returns the least processor time that zlib takes to inflate every entry of the archives once."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        for path in paths:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    archive.read(name)
        times.append(time.process_time() - start)
    return min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    binary = str(pathlib.Path(options.binary).resolve())
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        entries, name = content(options.megabytes), "large-1.0-py3-none-any.whl"
        for side in ("a", "copy", "other"):
            (work / side).mkdir()
        wheel(work / "a" / name, entries, 6)
        shutil.copyfile(work / "a" / name, work / "copy" / name)
        wheel(work / "other" / name, entries, 9)
        size = (work / "a" / name).stat().st_size
        unpacked = sum(map(len, entries.values()))
        print(f"wheels of {size / 1e6:.1f} MB, {unpacked / 1e6:.1f} MB unpacked, {len(entries)} entries")
        reference = inflation([work / "a" / name, work / "other" / name], options.rounds)
        print(f"zlib inflates both once: {reference:.2f} s of processor time, {2 * unpacked / 1e6 / reference:.0f} MB/s unpacked")
        for side, what in (("copy", "copies"), ("other", "two compressions")):
            command = [binary, "diff", "-q", "--fail-on", "unexplained", str(work / "a" / name), str(work / side / name)]
            (wall, cpu, memory), = best(options.rounds, command)
            print(f"diff of {what}: {wall:.2f} s by the clock, {cpu:.2f} s of processor time, {memory:.0f} MB; "
                  f"{2 * size / 1e6 / wall:.0f} MB/s of wheels, {2 * unpacked / 1e6 / wall:.0f} MB/s unpacked, "
                  f"{cpu / reference:.2f} times zlib")


if __name__ == "__main__":
    sys.exit(main())
