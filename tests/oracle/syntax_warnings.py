#!/usr/bin/env python3
"""Compares the warnings of pycompile with those of CPython: class, message, line and order.

    tests/oracle/syntax_warnings.py BINARY [--only 3.X.Y]... [--engine native|python] [--optimize N]... [--every N] [--raise]
                             [--no-library] [--sources DIR]... [--random N] [--changed N] [--seed S] [--show N]
                             < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)

The sources are the standard library of each release with its tests, every `.py` file below the directories that
`--sources` names (packages.py unpacks some, `refusals.py --save` writes the programs of CPython's tests to others), N
random programs of each kind (tests/oracle/generator; those of 3.13 for older releases) and N files of the library
with changes that bring on warnings, which seldom compile. CPython compiles each in a process of its own, under the
filter `default`, which shows every warning and keeps to CPython's own account of repetitions. `--raise` sets the
filter `error` in both, and compares the error with its line and columns. Sources that only one of the two refuses
are counted apart, because tests/oracle/refusals.py checks them.

The exit status is 0 only if nothing differs and every selected release (without `--only`: at least one) was available.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# Reads paths that end in NUL, level and filter; answers with a line for each.
WORKER = r"""
import json, os, sys, warnings
level, action = int(sys.argv[1]), sys.argv[2]
def one(path):
    with open(path, "rb") as file:
        source = file.read()
    error = None
    with warnings.catch_warnings(record=True) as log:
        warnings.simplefilter(action)
        try:
            compile(source, path, "exec", dont_inherit=True, optimize=level)
        except SyntaxError as failure:
            # Releases before 3.10 give errors no end.
            error = [type(failure).__name__, failure.msg, failure.lineno, failure.offset,
                     getattr(failure, "end_lineno", None), getattr(failure, "end_offset", None)]
        except Exception as failure:
            error = [type(failure).__name__]
    told = [[w.category.__name__, str(w.message), w.lineno if w.filename == path else None] for w in log]
    return json.dumps([told, error]) + "\n"
for path in os.fsdecode(sys.stdin.buffer.read()).split("\0")[:-1]:
    if sys.platform == "emscripten":
        os.write(1, one(path).encode())
        continue
    child = os.fork()
    if not child:
        try:
            os.write(1, one(path).encode())
        except BaseException as failure:
            os.write(1, (json.dumps([[], [type(failure).__name__]]) + "\n").encode())
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        os.write(1, b'[[], ["died"]]\n')
"""
# Other errors are for refusals.py.
OF_WARNINGS = re.compile(r"escape sequence|invalid \w+ literal|Did you mean|missed a comma|'finally' block|always true")
LIBRARY = "import sysconfig; print(sysconfig.get_path('stdlib'))"


def library(python):
    root = subprocess.run([python, "-I", "-S", "-c", LIBRARY], check=True, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL).stdout.strip()
    # A WebAssembly build has its library in an archive.
    return [path for path in sorted(pathlib.Path(root).rglob("*.py"))
            if path.is_file() and not {"site-packages", "dist-packages"} & set(path.parts)]


def changed(text, dice):
    """A text with some changes that CPython may warn of."""
    changes = [
        (r"==", " is "), (r"!=", " is not "), (r"\bis None\b", "is 1"), (r"(\d) (if|else|and|or|in|is|for)\b", r"\1\2"),
        (r"(['\"])(?=\w)", r"\1\\"), (r"(?<=\w)(['\"])", r"\\\1"), (r"\{(?=\w)", r"\\{"), (r"(['\"])(?=\w)", r"\1\\\\4"),
        (r"\bself\.(?=\w+\()", "'a'"), (r"\bself\b(?=\[)", "[1, x]"), (r"(?<=\w)\(\)", "(1, 2)()"), (r"\[0\]", "['a']"),
        (r"\[1\]", "[1.5, x]"), (r"\bassert (.*)$", r"assert (\1, 2)"), (r"\bexcept\b.*:", "finally:"),
        (r"\bpass\b", "return"), (r"\bpass\b", "break"), (r"\bTrue\b", "~True"), (r"'''|\"\"\"", "f'''"),
        (r"(?<!\w)(['\"])", r"f\1"), (r"(?<!\w)(['\"])", r"b\1"), (r"\bNone\b", "None()"), (r"\[\]", "[][{}]"),
    ]
    for pattern, instead in dice.sample(changes, dice.randint(1, 4)):
        share = dice.choice([1, 0.3, 0.05])
        text = re.sub(pattern, lambda found: found.expand(instead) if dice.random() < share else found.group(), text,
                      flags=re.M)
    return text


def written(options, series, python, folder):
    """The programs that are made for a release."""
    made = []

    def write(name, text):
        path = folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        made.append(path)

    if options.random:
        import generator
        from generator.sentence import MARKS
        # Older releases refuse some of what the oldest grammar has.
        grammar = series if series in MARKS else min(MARKS)
        for number in range(options.random):
            for kind in (generator.Program, generator.Sentence, generator.Place):
                text = kind(f"{options.seed}/{number}", grammar).encoded()
                write(f"{kind.__name__}{number}.py", text)
    if options.changed:
        dice = random.Random(f"{options.seed} {series}")
        paths = [path for path in library(python) if path.stat().st_size < 60_000]
        for number in range(options.changed if paths else 0):
            path = dice.choice(paths)
            try:
                text = path.read_text("utf-8")
            except UnicodeDecodeError:
                continue
            # Few statements: of a text that is refused at once there is nothing to be warned of.
            blocks = re.split(r"^(?=\w|@)", text, flags=re.M)
            start = dice.randrange(len(blocks))
            write(f"changed{number}.py", changed("".join(blocks[start:start + dice.choice([1, 2, 5])]), dice))
    return made


def theirs(python, paths, level, action):
    names = b"".join(os.fsencode(path) + b"\0" for path in paths)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run([python, "-I", "-S", "-c", WORKER, str(level), action], input=names, stdout=subprocess.PIPE,
                          check=True, env=environment)
    return [json.loads(line) for line in done.stdout.splitlines()]


def ours(options, version, python, paths, level, action):
    command = [options.binary, "compile", "--check", "--engine", options.engine, "--python", version, "--optimize",
               str(level), "-W", action, "--message-format", "json", "-q", "-0", "-"]
    if options.engine == "python":
        command += ["--interpreter", python]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, input=b"\0".join(os.fsencode(path) for path in paths), capture_output=True,
                          env=environment)
    if done.returncode not in (0, 1):
        sys.exit(f"pycompile exited {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    found = {}
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if "warnings" not in message or "path" not in message:
            continue
        error = message["error"] and [message["error"][key] for key in
                                      ("type", "message", "line", "column", "end_line", "end_column")]
        found[message["path"]] = [[[one["type"], one["message"], one["line"]] for one in message["warnings"]], error]
    return [found[str(path)] for path in paths]


def same(expected, got):
    """Whether the warnings are the same; what CPython places in its own library has no line there."""
    return len(expected) == len(got) and all(
        one[:2] == other[:2] and (one[2] == other[2] or one[2] is None) for one, other in zip(expected, got))


def compare(options, version, python):
    """How many sources differ for a release."""
    action = "error" if options.raises else "default"
    series = ".".join(version.split(".")[:2])
    counts = collections.Counter()
    shown = 0
    with tempfile.TemporaryDirectory() as scratch:
        paths = [] if options.no_library else library(python)[::options.every]
        for folder in options.sources:
            paths += [path for path in sorted(folder.rglob("*.py")) if path.is_file()]
        paths += written(options, series, python, pathlib.Path(scratch))
        for level in options.optimize or [0]:
            expected, got = theirs(python, paths, level, action), ours(options, version, python, paths, level, action)
            for path, (warned, error), (own, own_error) in zip(paths, expected, got, strict=True):
                counts["sources"] += 1
                counts["warnings"] += len(warned)
                counts["with warnings"] += bool(warned) or bool(options.raises and error)
                if error == ["died"]:
                    counts["CPython died of"] += 1
                    continue
                if (error is None) != (own_error is None):
                    counts["refused by one"] += 1
                    if same(warned, own):
                        continue
                elif same(warned, own) and (not options.raises or error is None or not OF_WARNINGS.search(str(error[1:2]))
                                            or error == own_error):
                    continue
                counts["different"] += 1
                if shown < options.show:
                    shown += 1
                    print(f"    {version} level {level} {path}", flush=True)
                    for label, list_ in (("CPython", warned), ("ours", own)):
                        other = own if list_ is warned else warned
                        for one in list_:
                            if one not in other:
                                print(f"        {label}: {one}", flush=True)
                    print(f"        errors: {error} {own_error}", flush=True)
                    if options.keep:
                        options.keep.mkdir(exist_ok=True)
                        (options.keep / path.name).write_bytes(path.read_bytes())
    told = ", ".join(f"{counts[key]} {key}" for key in ("sources", "with warnings", "warnings", "refused by one",
                                                                    "CPython died of", "different"))
    print(f"{version} ({options.engine}, {action}): {told}", flush=True)
    return counts["different"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--only", action="append")
    parser.add_argument("--engine", default="native", choices=["native", "python"])
    parser.add_argument("--optimize", type=int, action="append")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--raise", dest="raises", action="store_true")
    parser.add_argument("--no-library", action="store_true")
    parser.add_argument("--sources", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--changed", type=int, default=0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--show", type=int, default=10)
    parser.add_argument("--keep", type=pathlib.Path, help="keep sources that differ here")
    options = parser.parse_args()
    lines = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    rows = subprocess.run([options.binary, "targets"], check=True, text=True, capture_output=True).stdout.splitlines()
    known = {release for row in rows if " native " in row for release in re.findall(r"\d+\.\d+\.\d+", row.split(";")[0])}
    wanted = options.only or [version for version, _ in lines if options.engine == "python" or version in known]
    different = 0
    for version in wanted:
        found = [python for other, python in lines if other == version]
        if not found:
            sys.exit(f"syntax_warnings.py: NO CPython {version}: nothing was compared for it")
        different += compare(options, version, found[-1])
    if not wanted:
        sys.exit("syntax_warnings.py: no interpreter: nothing was compared")
    sys.exit(1 if different else 0)


main()
