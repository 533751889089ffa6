#!/usr/bin/env python3
"""Compiles random programs with CPython 3.14 and with the native engine: the bytes must be the same.

    tests/oracle/random_programs.py BINARY [--count N] [--seed S] [--optimize N]... [--keep DIR] [--reduce]
                                    < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)
    tests/oracle/random_programs.py --show SEED

Program number K of seed S is `generator.Program("S/K")`; level K % 3 unless `--optimize` is given. CPython compiles each
in a process of its own, forked before anything was compiled, so that none sees what another has interned. What CPython
refuses must be refused. At the end: which syntax tree nodes and which opcodes came up, and which did not.

Differences are kept in DIR, with `--reduce` also cut down to the lines that matter. Exit status 0 only if nothing
differs and CPython 3.14 was there.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# Reads "LEVEL<TAB>SOURCE<TAB>PYC<TAB>RECORDED NAME" lines, answers each with "ok", "refused: …", or the names of nodes and
# opcodes where the name ends in "0.py". Whatever this process has interned shows in some bytes: it imports what
# `python -c 'import py_compile'` does and no more, and its own names are such as no program has.
SERVER = r"""
import py_compile, sys, warnings
warnings.simplefilter("ignore")
import posix as zq_posix

def zq_kinds(zq_source, zq_pyc):
    import ast, dis, marshal, types
    def codes(code):
        yield code
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                yield from codes(constant)
    with open(zq_source, "rb") as file:
        names = {type(node).__name__ for node in ast.walk(ast.parse(file.read()))}
    with open(zq_pyc, "rb") as file:
        code = marshal.loads(file.read()[16:])
    names.update(dis.opname[op] for part in codes(code) for op in part.co_code[::2])
    return " ".join(sorted(names))

def zq_one(zq_level, zq_source, zq_pyc, zq_name):
    try:
        py_compile.compile(zq_source, zq_pyc, zq_name, doraise=True, optimize=int(zq_level),
                           invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    except (py_compile.PyCompileError, RecursionError, MemoryError) as zq_failure:
        return f"refused: {zq_failure}"
    return zq_kinds(zq_source, zq_pyc) if zq_name[-4:] == "0.py" else "ok"

for zq_line in sys.stdin:
    zq_out, zq_into = zq_posix.pipe()
    zq_child = zq_posix.fork()
    if not zq_child:
        zq_answer = zq_one(*zq_line.rstrip("\n").split("\t"))
        zq_posix.write(zq_into, zq_answer.encode(errors="backslashreplace")[:60000])
        zq_posix._exit(0)
    zq_posix.close(zq_into)
    zq_parts = []
    while zq_part := zq_posix.read(zq_out, 65536):
        zq_parts.append(zq_part)
    zq_posix.close(zq_out)
    zq_posix.waitpid(zq_child, 0)
    print(b"".join(zq_parts).decode(errors="backslashreplace").replace("\n", " ") or "refused: died", flush=True)
"""
WANTED = r"""
import ast, opcode
nodes = [name for name, kind in vars(ast).items() if isinstance(kind, type) and issubclass(kind, ast.AST)
         and kind.__module__ == "ast" and not kind.__subclasses__()]
print(*nodes)
print(*[name for name, number in opcode.opmap.items() if number < 129 and not name.startswith("INSTRUMENTED")])
"""
# Nodes that no module has, and opcodes that only the running interpreter writes.
UNREACHABLE = {"Interactive", "Expression", "FunctionType", "FunctionTypeComment", "TypeIgnore", "Suite", "Param",
               "AugLoad", "AugStore", "Index", "ExtSlice", "Num", "Str", "Bytes", "NameConstant", "Ellipsis", "slice",
               "CACHE", "RESERVED", "INTERPRETER_EXIT", "ENTER_EXECUTOR", "EXIT_INIT_CHECK", "INSTRUMENTED_LINE"}


class Judge:
    """Both sides."""

    def __init__(self, binary, python):
        self.binary = binary
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        self.server = subprocess.Popen([python, "-I", "-S", "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       text=True, encoding="utf-8", env={**environment, "PYTHONHASHSEED": "0"})

    def cpython(self, level, source, pyc, name=None):
        print(level, source, pyc, name or source.name, sep="\t", file=self.server.stdin, flush=True)
        return self.server.stdout.readline().rstrip("\n")

    def native(self, level, sources, root, out=None):
        done = subprocess.run(
            [self.binary, "compile", "-qq", "--force", "--engine", "native", "--optimize", str(level), "--python", "3.14",
             "-j", "1", "--invalidation-mode", "unchecked-hash", "--layout", "legacy", "--strip-dir", root,
             *(["--output-dir", out] if out else []), "-0", "-"],
            input=b"\0".join(os.fsencode(source) for source in sources), capture_output=True)
        if done.returncode not in (0, 1):
            sys.exit(f"pycompile exited {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")

    def same(self, level, data):
        """Whether both agree on this source; None if CPython refuses it."""
        with tempfile.TemporaryDirectory() as root:
            source, pyc = pathlib.Path(root) / "m.py", pathlib.Path(root) / "m.pyc"
            source.write_bytes(data)
            if self.cpython(level, source, pathlib.Path(root) / "r.pyc").startswith("refused"):
                return None
            self.native(level, [source], root)
            return pyc.exists() and pyc.read_bytes() == (pathlib.Path(root) / "r.pyc").read_bytes()


def reduced(judge, level, data):
    """Fewer lines that still differ."""
    lines = data.split(b"\n")
    size = max(len(lines) // 2, 1)
    while size:
        start, cut = 0, False
        while start < len(lines):
            fewer = lines[:start] + lines[start + size:]
            if judge.same(level, b"\n".join(fewer)) is False:
                lines, cut = fewer, True
            else:
                start += size
        size = size if cut and size == 1 else size // 2
    return b"\n".join(lines)


def batch(options, python, numbers, keep):
    """Compiles the programs of these numbers: differing ones, refused ones, names that came up."""
    from generator import Program
    judge = Judge(options.binary, python)
    differing, refused, seen = [], 0, set()
    with tempfile.TemporaryDirectory() as root:
        root = pathlib.Path(root)
        levels = {}
        for number in numbers:
            source = root / f"p{number}.py"
            source.write_bytes(Program(f"{options.seed}/{number}").encoded())
            level = options.optimize[number % len(options.optimize)]
            levels.setdefault(level, []).append((number, source))
        for level, programs in levels.items():
            answers = [judge.cpython(level, source, root / f"r{number}.pyc") for number, source in programs]
            judge.native(level, [source for _, source in programs], root)
            for (number, source), answer in zip(programs, answers):
                expected, got = root / f"r{number}.pyc", root / f"p{number}.pyc"
                expected = expected.read_bytes() if expected.exists() else None
                got = got.read_bytes() if got.exists() else None
                if answer.startswith("refused"):
                    refused += 1
                    if options.refusals:
                        print(f"{number}: {answer}", flush=True)
                else:
                    seen.update(answer.split())
                if expected != got:
                    data = source.read_bytes()
                    what = "accepted" if expected is None else "refused" if got is None else "differs"
                    if options.reduce and expected is not None:
                        data = reduced(judge, level, data)
                    differing.append((number, level, what))
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{what}-{number}-O{level}.py").write_bytes(data)
                    print(f"    {what}: program {options.seed}/{number} at level {level}", flush=True)
                    if expected is None:
                        print(f"        {answer}", flush=True)
    judge.server.stdin.close()
    judge.server.wait()
    return differing, refused, seen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--optimize", type=int, action="append")
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "pycompile-differences")
    parser.add_argument("--reduce", action="store_true")
    parser.add_argument("--refusals", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--show")
    options = parser.parse_args()
    options.optimize = options.optimize or [0, 1, 2]
    if options.show:
        from generator import Program
        return sys.stdout.buffer.write(Program(options.show).encoded())
    pythons = dict(line.rstrip("\n").split("\t") for line in sys.stdin if line.strip())
    python = next((python for version, python in pythons.items() if version.startswith("3.14.")), None)
    if python is None or options.binary is None:
        sys.exit("random_programs.py: NO CPython 3.14 or no BINARY: nothing was tested")
    end = options.start + options.count
    batches = [range(start, min(start + 200, end)) for start in range(options.start, end, 200)]
    differing, refused, seen, done = [], 0, set(), 0
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        futures = {pool.submit(batch, options, python, numbers, options.keep): numbers for numbers in batches}
        for future in concurrent.futures.as_completed(futures):
            some, few, names = future.result()
            differing, refused, seen = differing + some, refused + few, seen | names
            done += len(futures[future])
            if done % 5000 < 200:
                print(f"{done} programs, {len(differing)} different", flush=True)
    wanted = subprocess.run([python, "-I", "-S", "-W", "ignore", "-c", WANTED], check=True, capture_output=True, text=True)
    for what, names in zip(("node kinds", "opcodes"), wanted.stdout.splitlines()):
        names = set(names.split()) - UNREACHABLE
        print(f"{what}: {len(names & seen)} of {len(names)} came up; not: {' '.join(sorted(names - seen)) or '-'}")
    print(f"{end - options.start} programs of seed {options.seed}: {len(differing)} different, {refused} refused by CPython")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
