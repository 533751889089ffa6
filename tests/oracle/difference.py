#!/usr/bin/env python3
"""Shows where a pyc first differs from the reference: unit, field, instruction, constant, or reference.

    difference.py OURS.pyc REFERENCE.pyc [--context N]
    difference.py OURS_DIR REFERENCE_DIR [--context N] [--show N]

Run it with the Python that the pycs are for. For directories it shows the first difference of each kind in full, with
the number of files whose first difference is of this kind. Exit status 0 only if nothing differs.
"""
import argparse
import collections
import dis
import marshal
import pathlib
import sys
import types

HEADER = 16
FIELDS = ("co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_flags", "co_names", "co_varnames",
          "co_cellvars", "co_freevars", "co_code", "co_consts", "co_stacksize", "co_exceptiontable", "co_linetable",
          "co_name", "co_qualname", "co_firstlineno", "co_filename")


def instructions(code):
    rows = []
    for instruction in dis.get_instructions(code):
        value = "<code>" if isinstance(instruction.argval, types.CodeType) else instruction.argrepr
        place = instruction.positions
        rows.append((instruction.opname, instruction.arg, value,
                     (place.lineno, place.col_offset, place.end_lineno, place.end_col_offset)))
    return rows


def shown(value):
    return "<code>" if isinstance(value, types.CodeType) else repr(value)


def in_instructions(field, ours, theirs, context):
    """The kind of the difference, and the instructions around it."""
    ours, theirs = instructions(ours), instructions(theirs)
    for at in range(max(len(ours), len(theirs))):
        one, other = (rows[at] if at < len(rows) else None for rows in (ours, theirs))
        if one is None or other is None or (one[:2] != other[:2] if field == "co_code" else one[3] != other[3]):
            lines = [f"instruction {at}: ours | reference"]
            for near in range(max(0, at - context), at + context + 1):
                left, right = (rows[near] if near < len(rows) else "-" for rows in (ours, theirs))
                lines.append(f"  {'*' if left != right else ' '} {left} | {right}")
            names = tuple(row[0] if row else "end" for row in (one, other))
            return f"{field} {names[0]} for {names[1]}", lines
    return f"{field} but no instruction", []


def in_code(ours, theirs, path, context):
    nested = [[constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
              for code in (ours, theirs)]
    for one, other in zip(*nested):
        found = in_code(one, other, f"{path}.{other.co_name}", context)
        if found:
            return found
    for field in FIELDS:
        one, other = getattr(ours, field), getattr(theirs, field)
        if field == "co_consts":
            one, other = ([shown(constant) for constant in constants] for constants in (one, other))
        if one == other:
            continue
        if field in ("co_code", "co_linetable"):
            kind, lines = in_instructions(field, ours, theirs, context)
        elif field == "co_exceptiontable":
            kind, lines = field, [f"  {mark} {entry}" for mark, code in (("ours", ours), ("reference", theirs))
                                  for entry in dis._parse_exception_table(code)]
        else:
            kind, lines = field, [f"  ours      {one}", f"  reference {other}"]
        return kind, [f"{path} (line {theirs.co_firstlineno}): {kind}", *lines]
    return None


def in_bytes(ours, theirs):
    at = next((at for at, (one, other) in enumerate(zip(ours, theirs)) if one != other), min(len(ours), len(theirs)))
    kinds = [f"{'flagged ' if data[at] & 0x80 else ''}{chr(data[at] & 0x7F)!r}" if at < len(data) else "end"
             for data in (ours, theirs)]
    return (f"bytes {kinds[0]} for {kinds[1]}",
            [f"byte {at}: the objects are equal, what is shared is not",
             f"  ours      {ours[max(0, at - 40):at]} >>> {ours[at:at + 30]}",
             f"  reference {theirs[max(0, at - 40):at]} >>> {theirs[at:at + 30]}"])


def difference(ours, theirs, context):
    """None, or (kind, lines)."""
    if ours == theirs:
        return None
    if ours[:HEADER] != theirs[:HEADER]:
        return "header", [f"  ours      {ours[:HEADER]}", f"  reference {theirs[:HEADER]}"]
    return (in_code(marshal.loads(ours[HEADER:]), marshal.loads(theirs[HEADER:]), "<module>", context)
            or in_bytes(ours, theirs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ours", type=pathlib.Path)
    parser.add_argument("reference", type=pathlib.Path)
    parser.add_argument("--context", type=int, default=5)
    parser.add_argument("--show", type=int, default=10)
    options = parser.parse_args()
    if not options.ours.is_dir():
        found = difference(options.ours.read_bytes(), options.reference.read_bytes(), options.context)
        print("\n".join(found[1]) if found else "identical")
        return bool(found)
    kinds = collections.defaultdict(list)
    identical = missing = 0
    for theirs in sorted(options.reference.rglob("*.pyc")):
        ours = options.ours / theirs.relative_to(options.reference)
        if not ours.exists():
            missing += 1
            continue
        found = difference(ours.read_bytes(), theirs.read_bytes(), options.context)
        if found:
            kinds[found[0]].append((theirs.relative_to(options.reference), found[1]))
        else:
            identical += 1
    for kind, files in sorted(kinds.items(), key=lambda item: -len(item[1]))[:options.show]:
        print(f"== {len(files)} files: {kind}: {', '.join(str(name) for name, _ in files[:4])}")
        print("\n".join(files[0][1]))
    print(f"{identical} identical, {sum(map(len, kinds.values()))} different, {missing} not compiled")
    return bool(kinds or missing)


if __name__ == "__main__":
    sys.exit(main())
