#!/usr/bin/env python3
"""Writes inputs of a megabyte that take as much memory and time as their size allows: one kind of object, many times.

    fuzz/large.py marshal|pyc DIR; fuzz/run TARGET -- -runs=0 DIR
"""
import pathlib
import struct
import sys

SIZE = 1 << 20
HEADER = struct.pack("<H2sI8x", 3627, b"\r\n", 1)


def listed(element, kind=b"("):
    """Returns a tuple of as many elements as fit; each is bytes, or a function from its number to them."""
    out, count, size = [], 0, 5
    while True:
        one = element(count) if callable(element) else element
        if size + len(one) > SIZE - 600:
            return kind + struct.pack("<i", count) + b"".join(out)
        out.append(one)
        count, size = count + 1, size + len(one)


def code(consts=b")\0", code=b"s\0\0\0\0", linetable=b"s\0\0\0\0", handlers=b"s\0\0\0\0", names=b")\0"):
    return (b"c" + bytes(20) + code + consts + names + b")\0s\0\0\0\0z\1fz\1nz\1q" + struct.pack("<i", 1) + linetable
            + handlers)


def string(content):
    return b"s" + struct.pack("<i", len(content)) + content


def ref(number):
    return b"r" + struct.pack("<i", number)


def filled(content):
    return (content * (SIZE // len(content)))[:SIZE - 700]


OBJECTS = {
    "none": listed(b"N"),
    "flagged-none": listed(b"\xce"),
    "strings": listed(b"z\0"),
    "flagged-strings": listed(b"\xfa\0"),
    "other-strings": listed(lambda at: b"\xfa\3" + bytes((at >> 14 & 127, at >> 7 & 127, at & 127))),
    "ints": listed(lambda at: b"i" + struct.pack("<i", at)),
    "flagged-ints": listed(lambda at: b"\xe9" + struct.pack("<i", at)),
    "floats": listed(lambda at: b"g" + struct.pack("<d", at)),
    "empty-tuples": listed(b")\0"),
    "flagged-tuples": listed(b"\xa9\0"),
    "pairs": listed(b")\2NN"),
    "flagged-pairs": listed(b"\xa9\2z\0N"),
    "lists": listed(b"[\0\0\0\0"),
    "references": listed(lambda at: b"\xa9\0" if at == 0 else ref(0)),
    "chain": listed(lambda at: b"\xa9\0" if at == 0 else b"\xa9\1" + ref(at - 1)),
    "doubling": listed(lambda at: b"\xa9\0" if at == 0 else b"\xa9\2" + ref(at - 1) * 2),
    "deep": listed(b")\1" * 1900 + b"N"),
    "slices": listed(b":NNN"),
    "dict": b"{" + b"NN" * (SIZE // 2 - 400) + b"0",
    "frozenset": listed(lambda at: b"i" + struct.pack("<i", at), b">"),
    "long-string": b"u" + struct.pack("<i", SIZE - 800) + b"a" * (SIZE - 800),
    "long-int": b"l" + struct.pack("<i", (SIZE - 800) // 2) + b"\1\0" * ((SIZE - 800) // 2),
    "wrong-length": b"(" + struct.pack("<i", 0x7FFFFFFF) + b"N" * (SIZE - 700),
    "code-objects": listed(code()),
    "shared-code": listed(lambda at: b"\xf3" + string(filled(b"\x1b\0")[:SIZE // 2])[1:] if at == 0 else code(code=ref(0))),
}
PYCS = {
    "instructions": code(code=string(filled(b"\x1b\0"))),
    "extended": code(code=string(filled(b"\x45\xff"))),
    "jumps": code(code=string(filled(b"\x4d\1"))),
    "constants": code(code=string(filled(b"\x52\0")), consts=b")\1N"),
    "no-lines": code(linetable=string(filled(b"\xff"))),
    "short-lines": code(linetable=string(filled(b"\x80\0"))),
    "long-lines": code(linetable=string(filled(b"\xf7\1\0\1\1"))),
    "handlers": code(handlers=string(filled(b"\x80\0\0\0"))),
    "names": code(names=listed(lambda at: b"z\3" + bytes((at >> 14 & 127, at >> 7 & 127, at & 127)))),
}


def main():
    kind, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in OBJECTS.items():
        if kind == "pyc":
            content = HEADER + code(consts=content)
        (folder / name).write_bytes(content)
    for name, content in PYCS.items():
        (folder / name).write_bytes(HEADER + content if kind == "pyc" else content)


main()
