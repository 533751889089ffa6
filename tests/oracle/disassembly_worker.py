"""One interpreter's part of disassembly.py: its own `dis` against the binary's `inspect --json`.

    PYTHON -I disassembly_worker.py BINARY EVERY [DIR...]
"""
import ast
import dis
import importlib.util
import json
import marshal
import opcode
import pathlib
import py_compile
import subprocess
import sys
import sysconfig
import tempfile
import warnings

JUMPS = set(dis.hasjrel) | set(dis.hasjabs)
NAMES = set(dis.hasname) | set(dis.haslocal) | set(dis.hasfree)
# What `argrepr` says in words, in every version that says it.
WORDS = {"BINARY_OP", "CALL_INTRINSIC_1", "CALL_INTRINSIC_2", "LOAD_SPECIAL", "SET_FUNCTION_ATTRIBUTE",
         "CONVERT_VALUE", "MAKE_FUNCTION", "FORMAT_VALUE"}
# `dis` has no words for these before 3.14.
CHOICES = {"IS_OP": ("is", "is not"), "CONTAINS_OP": ("in", "not in")}
# Length at which the binary shortens the text next to an instruction.
BESIDE = 160


class Different(Exception):
    pass


def is_code(value):
    return hasattr(value, "co_code")


def python_repr(value):
    """As `inspect` shows it: code by name and line, the members of a frozenset in the order of the pyc, which is that
    of the set here only by chance."""
    if is_code(value):
        return "<code object %s, line %d>" % (value.co_name, value.co_firstlineno)
    if isinstance(value, tuple) and type(value) is tuple:
        parts = [python_repr(item) for item in value]
        return "(%s%s)" % (", ".join(parts), "," if len(parts) == 1 else "")
    return repr(value)


def holds_set(value):
    return isinstance(value, frozenset) or isinstance(value, tuple) and any(map(holds_set, value))


def same(shown, value, shortened):
    expected = python_repr(value)
    if shortened and shown.endswith("…"):
        start = shown[:-1]
        whole = len(start.encode()) > BESIDE - 4
        return whole and (holds_set(value) or not start.isascii() or expected.startswith(start))
    if holds_set(value):
        return sorted(shown) == sorted(expected)
    return shown == expected or same_but_for_escapes(shown, value, expected)


def same_but_for_escapes(shown, value, expected):
    """Which characters beyond ASCII are escaped depends on the version of Unicode; that they are the same does not."""
    if shown.isascii() and expected.isascii():
        return False
    return repr(ast.literal_eval(shown)) == expected


def operand(one):
    """What the operand stands for, as `inspect` writes it; a constant is compared apart."""
    if one.arg is None or one.opcode in JUMPS or one.opcode in dis.hasconst:
        return None
    if one.opcode in NAMES or isinstance(one.argval, tuple) and "FAST" in one.opname:
        return ", ".join(one.argval) if isinstance(one.argval, tuple) else one.argval
    if one.opcode in dis.hascompare:
        return one.argval
    if one.opname in CHOICES:
        return CHOICES[one.opname][one.arg]
    if one.opname == "LOAD_COMMON_CONSTANT":
        # `dis` shows some by name and some by repr: `<built-in function any>`.
        value = getattr(dis, "_common_constants", opcode._common_constants)[one.arg]
        return getattr(value, "__name__", None) or repr(value)
    if one.opname in WORDS:
        return one.argrepr or None
    return NotImplemented


def check(what, ours, theirs):
    if ours != theirs:
        raise Different("%s: %r, not %r" % (what, ours, theirs))


def compare_code(number, document, code, counts):
    shown = document[number]
    where = getattr(code, "co_qualname", code.co_name)
    for field in ("name", "qualname", "filename", "firstlineno", "argcount", "posonlyargcount", "kwonlyargcount",
                  "stacksize", "flags"):
        check("%s: %s" % (where, field), shown[field], getattr(code, "co_" + field))
    check(where + ": names", shown["names"], list(code.co_names))
    for kind, names in (("local", code.co_varnames), ("cell", code.co_cellvars), ("free", code.co_freevars)):
        ours = [one["name"] for one in shown["variables"] if kind in one["kind"].split()]
        check(where + ": %s variables" % kind, sorted(ours), sorted(names))
    flags = [word for bit, word in dis.COMPILER_FLAG_NAMES.items() if code.co_flags & bit]
    check(where + ": flag names", [word for word in shown["flag_names"] if word in dis.COMPILER_FLAG_NAMES.values()],
          [word for word in flags])
    check(where + ": number of constants", len(shown["constants"]), len(code.co_consts))
    ours, bytecode = shown["instructions"], dis.Bytecode(code)
    theirs = list(bytecode)
    entries = bytecode.exception_entries
    # From 3.13 on `is_jump_target` is also true where a range of an exception table starts or ends.
    targets = set(dis.findlabels(code.co_code)) | {entry.target for entry in entries}
    check(where + ": number of instructions", len(ours), len(theirs))
    for mine, one in zip(ours, theirs):
        at = "%s at %d, %s" % (where, one.offset, one.opname)
        check(at, (mine["offset"], mine["opcode"], mine["name"], mine["arg"]),
              (one.offset, one.opcode, one.opname, one.arg))
        check(at + ": target", mine["target"], one.argval if one.opcode in JUMPS else None)
        check(at + ": is a target", mine["is_target"], one.offset in targets)
        place = one.positions
        check(at + ": positions", mine["positions"],
              [place.lineno, place.end_lineno, place.col_offset, place.end_col_offset])
        if one.opcode in dis.hasconst and one.opname != "LOAD_SMALL_INT":
            # 3.11 leaves KW_NAMES unresolved.
            value = code.co_consts[one.arg] if one.opname == "KW_NAMES" else one.argval
            if not same(mine["operand"], value, True):
                raise Different("%s: operand %r, not %r" % (at, mine["operand"], value))
        else:
            expected = operand(one)
            if expected is NotImplemented:
                check(at + ": operand", mine["operand"], None)
            elif mine["operand"] != expected and not (mine["operand"] or "").endswith("…"):
                raise Different("%s: operand %r, not %r" % (at, mine["operand"], expected))
        counts["instructions"] += 1
        counts["jumps"] += one.opcode in JUMPS
    handlers = [
        (one["start"], one["end"], one["target"], one["depth"], one["lasti"]) for one in shown["handlers"]
    ]
    check(where + ": handlers", handlers, [
        (one.start, one.end, one.target, one.depth, bool(one.lasti)) for one in entries
    ])
    counts["handlers"] += len(handlers)
    counts["code objects"] += 1
    for mine, value in zip(shown["constants"], code.co_consts):
        if is_code(value):
            compare_code(mine["code"], document, value, counts)
        elif not same(mine, value, False):
            raise Different("%s: constant %r, not %r" % (where, mine, python_repr(value)))
        counts["constants"] += 1


def own_library(folder, every):
    warnings.simplefilter("ignore")
    root = pathlib.Path(sysconfig.get_path("stdlib"))
    names = sorted(path.relative_to(root) for path in root.rglob("*.py"))
    names = [name for name in names if not {"site-packages", "dist-packages"} & set(name.parts)]
    for name in names[::every]:
        try:
            py_compile.compile(str(root / name), str(folder / name) + "c", name.as_posix(), doraise=True)
        # A library may have tests that do not compile and links that lead nowhere.
        except (py_compile.PyCompileError, RecursionError, OSError):
            pass


def main():
    binary, every, *folders = sys.argv[1:]
    counts = dict.fromkeys(("files", "code objects", "instructions", "jumps", "handlers", "constants", "wrong"), 0)
    with tempfile.TemporaryDirectory() as scratch:
        if not folders:
            own_library(pathlib.Path(scratch), int(every))
            folders = [scratch]
        paths = sorted(path for folder in folders for path in pathlib.Path(folder).rglob("*.pyc"))
        paths = [path for path in paths if path.read_bytes()[:4] == importlib.util.MAGIC_NUMBER]
        for path in paths:
            run = subprocess.run([binary, "inspect", "--json", str(path)], stdout=subprocess.PIPE, check=True)
            document = json.loads(run.stdout)
            counts["files"] += 1
            try:
                compare_code(0, document["code"], marshal.loads(path.read_bytes()[16:]), counts)
            except Different as difference:
                counts["wrong"] += 1
                print("%s: %s" % (path, difference))
    version = "%d.%d.%d" % sys.version_info[:3]
    print("%s: %s" % (version, ", ".join("%s %s" % (number, what) for what, number in counts.items())), flush=True)
    sys.exit(1 if counts["wrong"] or not counts["files"] else 0)


main()
