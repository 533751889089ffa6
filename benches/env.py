#!/usr/bin/env python3
"""Times an installation of twenty packages with bytecode, from the first command to the last pyc.

    benches/env.py BINARY [--rounds N] [--python VERSION] < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)

Four ways run in turns, each in a new environment: `pip install`, which compiles; `pip install --no-compile` and then
`pycompile env`; `uv pip install --compile-bytecode`; `uv pip install` and then `pycompile env`. The wheels are downloaded
before. pip and uv find them in a directory, without an index; uv's cache is filled by a round that does not count.
`pycompile env` of the filled environment alone is timed as well.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

PACKAGES = """
ansible-core==2.19.14 astroid==4.3.4 celery==5.7.0 click==8.5.1 django==5.2.19 docutils==0.23 flask==3.1.3
hypothesis==6.170.15 jinja2==3.1.6 networkx==3.6.1 pip==26.3 pygments==2.21.0 pylint==4.1.4 pyparsing==3.3.3
pytest==9.2.0 rich==15.0.0 setuptools==84.2.1 sphinx==9.0.4 twisted==26.10.0 werkzeug==3.1.9
""".split()
NATIVE = ("3.13", "3.14", "3.15")


def measured(*commands):
    """Returns wall seconds and processor seconds of commands that run one after another, with those of their children."""
    wall = processor = 0.0
    for command in commands:
        start, before = time.perf_counter(), os.times()
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
        after = os.times()
        wall += time.perf_counter() - start
        processor += sum(after[2:4]) - sum(before[2:4])
        if done.returncode:
            sys.exit(f"env.py: exit status {done.returncode}: {' '.join(map(str, command))}\n{done.stdout}")
    return wall, processor


def pycs(prefix):
    return sum(1 for _ in prefix.rglob("*.pyc"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", default="3.13.", help="version, or its beginning (default: 3.13)")
    options = parser.parse_args()
    pythons = dict(line.rstrip("\n").split("\t") for line in sys.stdin if line.strip())
    python = next((python for version, python in pythons.items()
                   if version.startswith(options.python) and version.startswith(NATIVE)), None)
    if python is None:
        sys.exit(f"env.py: NO CPython {options.python} that the native compiler knows: nothing was measured")
    binary = str(pathlib.Path(options.binary).resolve())
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        subprocess.run([sys.executable, "-m", "venv", work / "tools"], check=True)
        tool = work / "tools" / "bin"
        subprocess.run([tool / "pip", "install", "--quiet", "--upgrade", "pip", "uv"], check=True)
        subprocess.run([tool / "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--python-version",
                        options.python.rstrip("."), "--dest", work / "wheels", *PACKAGES], check=True)
        for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "SOURCE_DATE_EPOCH", "VIRTUAL_ENV"):
            os.environ.pop(name, None)
        os.environ |= {"UV_CACHE_DIR": str(work / "cache"), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_NO_CONFIG": "1"}
        prefix = work / "environment"
        where = ["--quiet", "--no-index", "--no-deps", "--find-links", work / "wheels"]
        pip = [tool / "pip", "--python", prefix / "bin" / "python", "install", *where]
        uv = [tool / "uv", "pip", "install", "--python", prefix / "bin" / "python", *where]
        env = [binary, "env", "-qq", "--optimize", "0", prefix]
        ways = {
            "pip install": [[*pip, *PACKAGES]],
            "pip install --no-compile, pycompile env": [[*pip, "--no-compile", *PACKAGES], env],
            "uv pip install --compile-bytecode": [[*uv, "--compile-bytecode", *PACKAGES]],
            "uv pip install, pycompile env": [[*uv, *PACKAGES], env],
            "pycompile env alone": [env],
        }
        times, counts = {way: [] for way in ways}, {}
        for number in range(options.rounds + 1):
            for way, commands in ways.items():
                shutil.rmtree(prefix, ignore_errors=True)
                subprocess.run([python, "-m", "venv", "--without-pip", prefix], check=True)
                if commands == [env]:
                    measured([*uv, *PACKAGES])
                figures = measured(*commands)
                if number:
                    times[way].append(figures)
                counts[way] = pycs(prefix)
        sources = sum(1 for _ in prefix.rglob("*.py"))
        print(f"CPython {options.python.rstrip('.')}: {len(PACKAGES)} packages, {sources} sources")
        for way, rounds in times.items():
            wall, processor = (min(column) for column in zip(*rounds))
            print(f"{way}: {wall:.2f} s by the clock, {processor:.2f} s of processor time, {counts[way]} pycs")
        for installer in ("pip install", "uv pip install"):
            own, ours = [min(wall for wall, _ in times[way]) for way in ways if way.startswith(installer)]
            print(f"{installer}: with its own compilation {own / ours:.2f} times as long by the clock")


if __name__ == "__main__":
    sys.exit(main())
