#!/usr/bin/env python3
"""Writes the opcodes of all versions: src/target/op.rs and src/target/operations/pyXYZ.rs.

    tools/reference-pythons | tools/opcodes.py

Every line of standard input names an interpreter: "VERSION<TAB>COMMAND". Each prints the contents of its own `opcode`
and `dis` modules: names, numbers, inline caches, meanings of operands, and the names of operands that have one. The
opcodes of the native compiler's targets, pseudo-instructions included, are the variants of `Op`.
"""
import json
import pathlib
import subprocess
import sys

PROBE = r"""
import dis, json, opcode, sys
version = sys.version_info[:2]
caches = getattr(opcode, "_inline_cache_entries", None)
def cache(name, number):
    if caches is None:
        return 0
    if hasattr(caches, "get"):
        return caches.get(name, 0)
    # A list has no place for pseudo-instructions.
    return caches[number] if number < len(caches) else 0
hasarg = set(getattr(opcode, "hasarg", [])) or {n for n in opcode.opmap.values() if n >= opcode.HAVE_ARGUMENT}
backward = getattr(dis, "_is_backward_jump", lambda op: False)
is_target = version >= (3, 11)
specialized = set(getattr(opcode, "_specialized_opmap", {})) | set(getattr(opcode, "_specialized_instructions", []))
words = {
    "BINARY_OP": [name for _, name in getattr(dis, "_nb_ops", getattr(opcode, "_nb_ops", []))],
    "CALL_INTRINSIC_1": list(getattr(dis, "_intrinsic_1_descs", getattr(opcode, "_intrinsic_1_descs", []))),
    "CALL_INTRINSIC_2": list(getattr(dis, "_intrinsic_2_descs", getattr(opcode, "_intrinsic_2_descs", []))),
    "LOAD_SPECIAL": list(getattr(dis, "_special_method_names", getattr(opcode, "_special_method_names", []))),
    "LOAD_COMMON_CONSTANT": [
        getattr(value, "__name__", None) or repr(value) for value in getattr(dis, "_common_constants", getattr(opcode, "_common_constants", []))
    ],
    "CONVERT_VALUE": ["", "str", "repr", "ascii"],
    "IS_OP": ["is", "is not"],
    "CONTAINS_OP": ["in", "not in"],
}
function_flags = ["defaults", "kwdefaults", "annotations", "closure", "annotate"]
rows = []
for name, number in opcode.opmap.items():
    if name in specialized or name.startswith("INSTRUMENTED_"):
        continue
    # Pseudo-instructions are only in the tables of the native compiler's targets.
    if number > 255 and not is_target:
        continue
    if number not in hasarg:
        argument = "None"
    elif number in opcode.hasconst:
        argument = "Const"
    elif name == "LOAD_SUPER_ATTR" or (name == "IMPORT_NAME" and version >= (3, 15)):
        argument = "Name(2)"
    elif (name == "LOAD_GLOBAL" and version >= (3, 11)) or (name == "LOAD_ATTR" and version >= (3, 12)):
        argument = "Name(1)"
    elif number in opcode.hasname:
        argument = "Name(0)"
    elif number in opcode.hasjabs:
        argument = "JumpAbsolute(%d)" % (2 if version >= (3, 10) else 1)
    elif number in opcode.hasjrel:
        argument = "JumpBackward" if backward(number) else "JumpForward(%d)" % (2 if version >= (3, 10) else 1)
    elif name.count("FAST") == 2:
        argument = "LocalPair"
    elif number in opcode.hasfree:
        argument = "Free"
    elif number in opcode.haslocal:
        argument = "Local"
    elif number in opcode.hascompare:
        argument = "Compare(%d)" % (5 if version >= (3, 13) else 4 if version >= (3, 12) else 0)
    elif words.get(name):
        argument = "Words(&[%s])" % ", ".join(json.dumps(word) for word in words[name])
    elif name in ("MAKE_FUNCTION", "SET_FUNCTION_ATTRIBUTE"):
        argument = "Flags(&[%s])" % ", ".join(json.dumps(flag) for flag in function_flags)
    elif name == "FORMAT_VALUE":
        argument = "FormatValue"
    else:
        argument = "Plain"
    op = None
    if is_target and name not in ("CACHE", "RESERVED", "ENTER_EXECUTOR", "INTERPRETER_EXIT", "PRINT_EXPR"):
        op = name
        # An instruction of its own for the flow graph: the later one refers to the SEND that it ends.
        if name == "END_ASYNC_FOR" and argument == "None":
            op = "END_ASYNC_FOR_PLAIN"
    rows.append([number, name, op, argument, cache(name, number)])
print(json.dumps(["%d.%d.%d" % sys.version_info[:3], sorted(rows, key=lambda row: row[0]), list(dis.cmp_op)]))
"""

ROOT = pathlib.Path(__file__).resolve().parent.parent / "src" / "target"
KNOWN = ["3.%d" % minor for minor in range(8, 16)]


def main():
    tables = {}
    for line in sys.stdin:
        version, command = line.rstrip("\n").split("\t")
        series = ".".join(version.split(".")[:2])
        if series not in KNOWN:
            continue
        probe = subprocess.run([command, "-I", "-S", "-c", PROBE], check=True, capture_output=True)
        # Of several releases of a series the last one that is listed counts.
        tables[series] = json.loads(probe.stdout)
    assert sorted(tables) == sorted(KNOWN), "a series is missing"
    written = [write_op(tables), *(write_table(series, *table) for series, table in tables.items())]
    subprocess.run(["rustfmt", "--edition", "2024", *map(str, written)], check=True)


def write_op(tables):
    of_targets = {full: rows for full, rows, _ in tables.values() if any(op for _, _, op, _, _ in rows)}
    names = sorted({op for rows in of_targets.values() for _, _, op, _, _ in rows if op})
    out = [f"//! The opcodes of all targets.\n//!\n//! @generated by tools/opcodes.py from CPython {', '.join(of_targets)}. Do not edit.\n\n"]
    out.append("/// An opcode or pseudo-instruction of any target, under CPython's name.\n")
    out.append("#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]\n#[repr(u16)]\n")
    out.append('#[expect(missing_docs, non_camel_case_types, reason = "the names are CPython\'s")]\npub enum Op {\n')
    out += [f"    {name},\n" for name in names]
    out.append("}\n\n/// Number of opcodes.\n")
    out.append(f"pub const OP_COUNT: usize = {len(names)};\n\n")
    out.append("impl Op {\n    /// All operations, in the order of the enum.\n")
    out.append("    pub const ALL: [Self; OP_COUNT] = [\n" + "".join(f"        Self::{name},\n" for name in names) + "    ];\n\n")
    out.append("    /// CPython's name.\n    pub const fn name(self) -> &'static str {\n        match self {\n")
    out += [f'            Self::{name} => "{name}",\n' for name in names]
    out.append("        }\n    }\n}\n")
    path = ROOT / "op.rs"
    path.write_text("".join(out))
    return path


def write_table(series, full, rows, compare):
    out = [f"//! Operations of CPython {series}.\n//!\n//! @generated by tools/opcodes.py from CPython {full}. Do not edit.\n\n"]
    if any(op for _, _, op, _, _ in rows):
        out.append("use crate::target::op::Op;\n")
    out.append("use crate::target::operation::{Argument::*, Operation, Operations};\n\n")
    out.append("pub(in crate::target) static OPERATIONS: Operations = Operations {\n    list: &[\n")
    for number, name, op, argument, caches in rows:
        if op is None:
            row = f'Operation::foreign({number}, "{name}", {argument}, {caches})'
        elif op == name:
            row = f"Operation::new({number}, Op::{op}, {argument}, {caches})"
        else:
            row = f'Operation::new({number}, Op::{op}, {argument}, {caches}).named("{name}")'
        out.append(f"        {row},\n")
    out.append("    ],\n    compare: &[%s],\n};\n" % ", ".join(json.dumps(word) for word in compare))
    path = ROOT / "operations" / f"py3{series.split('.')[1]}.rs"
    path.write_text("".join(out))
    print(path.name, full)
    return path


main()
