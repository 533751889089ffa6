#!/usr/bin/env python3
"""Compiles random programs with CPython, release by release, and with the native engine: the bytes must be the same.

    tests/oracle/random_programs.py BINARY [--only 3.X | --only 3.X.Y]... [--count N] [--start N] [--seed S] [--optimize N]...
                                    [--sentences | --places] [--keep DIR] [--reduce] [--jobs N]
                                    < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)
    tests/oracle/random_programs.py --show SEED [--sentences | --places] [--only 3.X]

N programs are made for each release, of the syntax that it has: number K of seed S is `generator.Program("S/K",
"3.X")`, or `generator.Sentence` with `--sentences`, `generator.Place` with
`--places`, at level K % 3 unless `--optimize` is given. Every release that `BINARY targets` names is compared with its own
interpreter; `--only 3.X` is the newest of a series, `--only 3.X.Y` that release.
It compiles each program in a process of its own, forked before anything was compiled, so that no program sees strings that
another has interned; the bytes are those that `py_compile` writes. A program that CPython refuses must be refused. Two kinds
are counted apart: programs that crash CPython, and programs whose bytes depend on the hash seed of its process (3.13 iterates
over sets of names), which are compiled with other seeds until one gives the same bytes. At the end, the syntax tree nodes and
opcodes that occurred and those that did not are printed for each version, for one program in 16.

Differences are kept in DIR, and `--reduce` also reduces them to the lines that matter. The exit status is 0 only if nothing
differs and every selected release (without `--only`: at least one) was available.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
COUNTED = 16
# Number of differences of a batch that are printed.
SHOWN = 10
# Hash seeds that a program is tried with whose bytes differ.
SEEDS = 24

# Asked with level, recorded name and source, answers "1" and the pyc or "0" and why not; all with their lengths. What a
# process has interned shows in some bytes: this one imports what `python -c 'import py_compile'` does and no more, its
# own names are such as no program has, and it goes the way of `py_compile.compile`, but for the files.
SERVER = r"""
import py_compile, sys, warnings
warnings.simplefilter("ignore")
import posix as zq_posix
zq_bootstrap = py_compile.importlib._bootstrap_external

def zq_read(zq_size):
    zq_parts = b""
    while len(zq_parts) < zq_size:
        zq_part = zq_posix.read(0, zq_size - len(zq_parts))
        if not zq_part:
            zq_posix._exit(0)
        zq_parts += zq_part
    return zq_parts

def zq_write(zq_letter, zq_data):
    zq_data = zq_letter + len(zq_data).to_bytes(4, "little") + zq_data
    while zq_data:
        zq_data = zq_data[zq_posix.write(1, zq_data):]

def zq_one(zq_level, zq_name, zq_source):
    try:
        # As many references as py_compile holds when it dumps: that is a bit of the first byte.
        zq_held = [zq_bootstrap.SourceFileLoader("<py_compile>", zq_name).source_to_code(
            zq_source, zq_name, _optimize=zq_level)]
        zq_hash = py_compile.importlib.util.source_hash(zq_source)
        return b"1", bytes(zq_bootstrap._code_to_hash_pyc(
            zq_held.pop() if sys.version_info >= (3, 15) else zq_held[0], zq_hash, False))
    except Exception as zq_failure:
        return b"0", f"{type(zq_failure).__name__}: {zq_failure}".encode(errors="backslashreplace")

while True:
    zq_sizes = zq_read(9)
    zq_text = zq_read(int.from_bytes(zq_sizes[1:5], "little")).decode()
    zq_bytes = zq_read(int.from_bytes(zq_sizes[5:], "little"))
    zq_child = zq_posix.fork()
    if not zq_child:
        zq_write(*zq_one(zq_sizes[0], zq_text, zq_bytes))
        zq_posix._exit(0)
    zq_status = zq_posix.waitpid(zq_child, 0)[1]
    if zq_status:
        zq_write(b"0", b"died: %d" % zq_status)
"""
# Reads "SOURCE<TAB>PYC" lines; at the end prints the names of the nodes and opcodes in them, and of all that can be.
COUNTER = r"""
import ast, dis, marshal, opcode, sys, types, warnings
warnings.simplefilter("ignore")
def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)
seen = set()
for line in sys.stdin:
    source, pyc = line.rstrip("\n").split("\t")
    with open(source, "rb") as file:
        seen.update(type(node).__name__ for node in ast.walk(ast.parse(file.read())))
    with open(pyc, "rb") as file:
        code = marshal.loads(file.read()[16:])
    seen.update(dis.opname[op] for part in codes(code) for op in part.co_code[::2])
print(*seen)
print(*[name for name, kind in vars(ast).items() if isinstance(kind, type) and issubclass(kind, ast.AST)
        and kind.__module__ == "ast" and not kind.__subclasses__()])
print(*[name for name, number in opcode.opmap.items() if number < opcode.opmap["RESUME"]
        and not name.startswith("INSTRUMENTED")], "RESUME")
"""
# Nodes that no module has, and opcodes that only the running interpreter writes.
UNREACHABLE = {"Interactive", "Expression", "FunctionType", "FunctionTypeComment", "TypeIgnore", "Suite", "Param",
               "AugLoad", "AugStore", "Index", "ExtSlice", "Num", "Str", "Bytes", "NameConstant", "Ellipsis", "slice",
               "_ast_Ellipsis", "CACHE", "RESERVED", "INTERPRETER_EXIT", "ENTER_EXECUTOR", "EXIT_INIT_CHECK",
               "INSTRUMENTED_LINE", "TRACE_RECORD"}


class Compilers:
    """CPython and pycompile for one release; `version` is the argument of `--python`."""

    def __init__(self, binary, python, version):
        self.binary, self.python, self.version = binary, python, version
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        self.server = subprocess.Popen([python, "-I", "-S", "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       env=environment)

    def cpython(self, level, source, name):
        """The pyc and None, or None and why it was refused."""
        text = os.fsencode(name)
        self.server.stdin.write(struct.pack("<BII", level, len(text), len(source)) + text + source)
        self.server.stdin.flush()
        head = self.server.stdout.read(5)
        data = self.server.stdout.read(int.from_bytes(head[1:], "little"))
        return (data, None) if head[:1] == b"1" else (None, data.decode(errors="replace"))

    def native(self, level, sources, root, out=None):
        done = subprocess.run(
            [self.binary, "compile", "-qq", "--force", "--engine", "native", "--optimize", str(level), "--python",
             self.version, "-j", "1", "--invalidation-mode", "unchecked-hash", "--layout", "legacy", "--strip-dir", root,
             *(["--output-dir", out] if out else []), "-0", "-"],
            input=b"\0".join(os.fsencode(source) for source in sources), capture_output=True)
        if done.returncode not in (0, 1):
            sys.exit(f"pycompile exited {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")

    def same(self, level, data):
        """Whether both agree on this source; None if CPython refuses it."""
        with tempfile.TemporaryDirectory() as root:
            source, pyc = pathlib.Path(root) / "m.py", pathlib.Path(root) / "m.pyc"
            source.write_bytes(data)
            expected, _ = self.cpython(level, data, source.name)
            if expected is None:
                return None
            self.native(level, [source], root)
            return pyc.exists() and pyc.read_bytes() == expected

    def is_ours_with_another_seed(self, level, source, name, ours):
        for _ in range(SEEDS):
            compilers = Compilers(self.binary, self.python, self.version)
            expected, _ = compilers.cpython(level, source, name)
            compilers.close()
            if expected == ours:
                return True
        return False

    def close(self):
        self.server.stdin.close()
        self.server.wait()


def reduced(compilers, level, data):
    """Fewer lines that still differ."""
    lines = data.split(b"\n")
    size = max(len(lines) // 2, 1)
    while size:
        start, cut = 0, False
        while start < len(lines):
            fewer = lines[:start] + lines[start + size:]
            if compilers.same(level, b"\n".join(fewer)) is False:
                lines, cut = fewer, True
            else:
                start += size
        size = size if cut and size == 1 else size // 2
    return b"\n".join(lines)


def series(version):
    return ".".join(version.split(".")[:2])


def maker(options):
    """What makes the programs."""
    from generator import Place, Program, Sentence
    return Sentence if options.sentences else Place if options.places else Program


def batch(options, version, python, numbers):
    """Compiles the programs of these numbers: what became of how many, and names that came up."""
    made = maker(options)
    compilers = Compilers(options.binary, python, version)
    counts = collections.Counter()
    memory = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as root:
        root = pathlib.Path(root)
        levels, counted = {}, []
        for number in numbers:
            data, source = made(f"{options.seed}/{number}", series(version)).encoded(), root / f"p{number}.py"
            source.write_bytes(data)
            level = options.optimize[number % len(options.optimize)]
            levels.setdefault(level, []).append((number, data, source))
        for level, programs in levels.items():
            compilers.native(level, [source for _, _, source in programs], root)
            for number, data, source in programs:
                expected, refusal = compilers.cpython(level, data, source.name)
                pyc = source.with_suffix(".pyc")
                got = pyc.read_bytes() if pyc.exists() else None
                if refusal and options.refusals:
                    print(f"{number}: {refusal}", flush=True)
                if refusal and refusal.startswith("died: "):
                    counts["crashed"] += 1
                    continue
                counts["refused"] += bool(refusal)
                if expected == got:
                    if expected and number % COUNTED == 0:
                        counted.append(f"{source}\t{pyc}\n")
                    continue
                if expected and got and compilers.is_ours_with_another_seed(level, data, source.name, got):
                    counts["by seed"] += 1
                    continue
                counts["different"] += 1
                what = "accepted" if expected is None else "refused" if got is None else "differs"
                if options.reduce and expected is not None:
                    data = reduced(compilers, level, data)
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{version}-{what}-{number}-O{level}.py").write_bytes(data)
                if counts["different"] > SHOWN:
                    continue
                print(f"    {version}: {what}: program {options.seed}/{number} at level {level}", flush=True)
                if refusal:
                    print(f"        {refusal}", flush=True)
        names = subprocess.run([python, "-I", "-S", "-c", COUNTER], input="".join(counted), check=True, text=True,
                               capture_output=True).stdout.splitlines()
    compilers.close()
    return counts, names


def run(options, pool, version, python):
    """Whether anything differs."""
    end = options.start + options.count
    size = max(16, min(1000, options.count // (2 * options.jobs)))
    batches = [range(start, min(start + size, end)) for start in range(options.start, end, size)]
    counts, done = collections.Counter(), 0
    seen, wanted = set(), []
    futures = {pool.submit(batch, options, version, python, numbers): numbers for numbers in batches}
    for future in concurrent.futures.as_completed(futures):
        some, (names, *wanted) = future.result()
        counts, seen = counts + some, seen | set(names.split())
        done += len(futures[future])
        if done % 10000 < size <= done:
            print(f"{version}: {done} programs, {counts['different']} different", flush=True)
    for what, names in zip(("node kinds", "opcodes"), wanted):
        names = set(names.split()) - UNREACHABLE
        print(f"{version}: {what}: {len(names & seen)} of {len(names)} came up; not: {' '.join(sorted(names - seen)) or '-'}")
    print(f"{version}: {options.count} {'sentences' if options.sentences else 'places' if options.places else 'programs'} of seed {options.seed}: {counts['different']} different; "
          f"CPython refused {counts['refused']}, crashed on {counts['crashed']}, has other bytes by hash seed for "
          f"{counts['by seed']}", flush=True)
    return bool(counts["different"])


def releases(binary):
    """The releases that the native engine has, oldest first. Those in a range write the same: its ends stand for it."""
    found = []
    for line in subprocess.run([binary, "targets"], check=True, capture_output=True, text=True).stdout.splitlines():
        if row := re.match(r"\S+ .* native +([^;]*)", line):
            found += re.findall(r"\d+\.\d+\.\d+", row[1])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--optimize", type=int, action="append")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--sentences", action="store_true")
    kind.add_argument("--places", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "pycompile-differences")
    parser.add_argument("--reduce", action="store_true")
    parser.add_argument("--refusals", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--show")
    options = parser.parse_args()
    options.optimize = options.optimize or [0, 1, 2]
    if options.show:
        return sys.stdout.buffer.write(maker(options)(options.show, series((options.only or ["3.14"])[0])).encoded())
    if options.binary is None:
        sys.exit("random_programs.py: NO BINARY: nothing was tested")
    pythons = dict(line.rstrip("\n").split("\t") for line in sys.stdin if line.strip())
    known = releases(options.binary)
    newest = {series(release): release for release in known}
    chosen = {newest.get(only, only) for only in options.only} or set(known)
    missing = sorted(chosen - set(pythons)) + sorted(chosen - set(known))
    if missing:
        print(f"random_programs.py: NOT COMPARED, no interpreter or no target: {', '.join(missing)}", flush=True)
    failed = bool(missing) if options.only else not chosen & set(pythons)
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        for release in known:
            if release in chosen and release in pythons:
                failed |= run(options, pool, release, pythons[release])
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
