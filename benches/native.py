#!/usr/bin/env python3
"""Times the native compiler and CPython 3.14 on the 3.14 standard library with its tests.

    benches/native.py BINARY [--rounds N] [--base BINARY] < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)

Both sides compile the same copy in turns: one worker and two, wall clock and processor seconds (the latter are what
counts on a machine that does other things as well), and peak memory; with --base, an older pycompile as the third side,
to show the effect of a change. With a TMPDIR in memory, the file system does not count. Then one small file is timed, from the
start of the process to its exit, and then sources that are one, ten and a hundred times as long, in nanoseconds for
each byte. `cargo bench --bench stages -- DIR` shows the time of each stage.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

# Workers of an interpreter that was unpacked, not installed, are started by the command that started this one.
COMPILEALL = """
import multiprocessing.spawn, sys, warnings
warnings.simplefilter("ignore")
multiprocessing.spawn.set_executable(sys.argv.pop(1))
import compileall
sys.exit(not compileall.main())
"""
LIBRARY = "import sysconfig; print(sysconfig.get_path('stdlib'))"


def run(command):
    """Returns wall seconds, processor seconds and peak megabytes."""
    command, listed = (command[:-1], command[-1]) if isinstance(command[-1], bytes) else (command, b"")
    with tempfile.TemporaryFile() as names, open(os.devnull, "wb") as nothing:
        names.write(listed)
        names.seek(0)
        streams = [(os.POSIX_SPAWN_DUP2, file.fileno(), number) for number, file in enumerate((names, nothing, nothing))]
        # `subprocess` itself would take a millisecond of the time.
        before = time.perf_counter()
        process = os.posix_spawnp(command[0], command, os.environ, file_actions=streams)
        _, status, usage = os.wait4(process, 0)
        wall = time.perf_counter() - before
    status = os.waitstatus_to_exitcode(status)
    if status not in (0, 1):
        sys.exit(f"native.py: exit status {status}: {command[:6]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def best(rounds, *commands):
    """Returns the smallest value of each figure for each command; the commands run in turns."""
    results = [[run(command) for command in commands] for _ in range(rounds)]
    return [tuple(min(column) for column in zip(*(result[number] for result in results)))
            for number in range(len(commands))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--base", help="an older pycompile")
    options = parser.parse_args()
    pythons = dict(line.rstrip("\n").split("\t") for line in sys.stdin if line.strip())
    python = next((python for version, python in reversed(pythons.items()) if version.startswith("3.14.")), None)
    if python is None:
        sys.exit("native.py: NO CPython 3.14 to compare with: nothing was measured")
    native = [options.binary, "compile", "-qq", "--force", "--engine", "native", "--python", "3.14"]
    root = pathlib.Path(subprocess.run([python, "-I", "-S", "-c", LIBRARY], check=True, text=True,
                                       capture_output=True).stdout.strip())
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        count = size = 0
        for path in root.rglob("*.py"):
            if path.is_file() and "site-packages" not in path.parts and "dist-packages" not in path.parts:
                copy = work / "library" / path.relative_to(root)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
                count, size = count + 1, size + path.stat().st_size
        print(f"{count} files, {size} bytes")
        names = b"\0".join(os.fsencode(path) for path in sorted((work / "library").rglob("*.py")))
        for jobs in (1, 2):
            compile_all = [*native, "-j", str(jobs), "-0", "-", names]
            older = [[options.base, *compile_all[1:]]] if options.base else []
            ours, theirs, *base = best(
                options.rounds, compile_all,
                [python, "-I", "-S", "-c", COMPILEALL, python, "-q", "-f", "-j", str(jobs), work / "library"], *older)
            for name, (wall, cpu, memory) in (("native", ours), ("compileall", theirs)):
                # The figures of compileall's workers are not those of its children, since they are children of the forkserver.
                used = f", {cpu:.2f} s of processor time, {memory:.0f} MB" if jobs == 1 or name == "native" else ""
                print(f"-j{jobs} {name}: {wall:.2f} s, {count / wall:.0f} files/s{used}")
            by_processor = f", {theirs[1] / ours[1]:.1f} times by processor time" if jobs == 1 else ""
            print(f"-j{jobs}: {theirs[0] / ours[0]:.1f} times as fast by the clock{by_processor}")
            for wall, cpu, _ in base:
                ratio = f"; it is {theirs[1] / cpu:.1f} times as fast as compileall" if jobs == 1 else ""
                print(f"-j{jobs}: the base takes {wall / ours[0]:.2f} times as long, and {cpu / ours[1]:.2f} times the "
                      f"processor time{ratio}")
        # The ratio of two short runs of pycompile varies more than its ratio to CPython.
        for versions in (["3.13", "3.14", "3.15"], ["3.11", "3.12", "3.13", "3.14", "3.15"]):
            start, end = native[:native.index("--python")], ["-j", "1", "-0", "-", names]
            flags = [["--python", version] for version in versions]
            *alone, together = best(options.rounds * 3, *([*start, *flag, *end] for flag in flags),
                                    [*start, *sum(flags, []), *end])
            one = sum(figures[1] for figures in alone) / len(alone)
            print(f"{len(versions)} versions in one run: {together[1]:.2f} s of processor time, {together[1] / one:.2f} times "
                  "the mean of one version")
        small = work / "small.py"
        small.write_text("import sys\n\n\ndef main(arguments):\n    print(*arguments)\n\n\nmain(sys.argv)\n")
        ours, theirs, *base = best(options.rounds * 30, [*native, small], [python, "-m", "py_compile", small],
                                   *([[options.base, *native[1:], small]] if options.base else []))
        print(f"one small file: native {ours[0] * 1000:.1f} ms ({ours[1] * 1000:.1f} ms of processor time), py_compile "
              f"{theirs[0] * 1000:.1f} ms ({theirs[1] * 1000:.1f} ms): {theirs[0] / ours[0]:.1f} times")
        for wall, _, _ in base:
            print(f"one small file: the base takes {wall * 1000:.1f} ms, {wall / ours[0]:.2f} times as long")
        for name in ("argparse.py", "typing.py"):
            text = (root / name).read_bytes().replace(b"from __future__", b"from future")
            figures = []
            for times in (1, 10, 100):
                source = work / f"times{times}.py"
                source.write_bytes(text * times)
                (_, cpu, memory), (_, empty, _) = best(options.rounds, [*native, source], [*native, small])
                figures.append(f"{times} times {(cpu - empty) * 1e9 / (len(text) * times):.0f} ns/byte, {memory:.0f} MB")
            print(f"{name} ({len(text)} bytes): {'; '.join(figures)}")


if __name__ == "__main__":
    main()
