#!/usr/bin/env python3
"""Compares the decoding of sources with the running CPython: every codec, and whole programs.

    cargo test --test oracle_decode --no-run
    python3.14 tests/oracle/encodings.py --worker target/debug/deps/oracle_decode-… [--pycompile target/release/pycompile]

For each codec: all sequences of one and two bytes (four bytes in GB 18030, three after 0x8f in EUC) as the body of a comment
and of a string, and random texts, whole and damaged. The codec itself computes the expected text; with --pycompile,
some of these sources, and all beginnings of files, are also compiled by both.
"""

import reference  # First: it forks a clean interpreter.

import argparse
import codecs
import collections
import encodings.aliases
import pathlib
import platform
import random
import re
import struct
import subprocess
import sys
import tempfile
import warnings

CJK = ("big5 big5hkscs cp932 cp949 cp950 euc_jis_2004 euc_jisx0213 euc_jp euc_kr gb18030 gb2312 gbk hz iso2022_jp iso2022_jp_1 "
       "iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr johab shift_jis shift_jis_2004 "
       "shift_jisx0213").split()
# Those that the tokenizer takes for UTF-8 or Latin-1 before it looks for a codec, and those that decode nothing here.
NEVER_ASKED = "utf_8 utf_8_sig iso8859_1 latin_1 mbcs oem undefined".split()
UNSUPPORTED = "native compiler does not support"
BATCH = 50_000
ESCAPES = [b"\x1b$B", b"\x1b$@", b"\x1b(B", b"\x1b(J", b"\x1b(I", b"\x1b$(D", b"\x1b$(O", b"\x1b$(P", b"\x1b$(Q", b"\x1b$(C", b"\x1b$)C",
           b"\x1b$A", b"\x1b.A", b"\x1b.F", b"\x1bN", b"\x1b&@\x1b$B", b"\x1b)B", b"\x0e", b"\x0f", b"\x1b", b"~{", b"~}", b"~~", b"~",
           b"\xa4\xd4", b"\x8f", b"\\u", b"\\N", b"\\x", b"+", b"-", b"\xa4\xd4\xa4\xa1\xa4\xbf\xa4\xd4", b"\r", b"\r\n", b"\n"]


def others():
    """The other text encodings of this release."""
    for path in sorted(pathlib.Path(encodings.__path__[0]).glob("*.py")):
        try:
            found = codecs.lookup(path.stem)
        except LookupError:
            continue
        if found._is_text_encoding and path.stem not in CJK + NEVER_ASKED:
            yield path.stem


def lines(data):
    """What the tokenizer makes of line ends before it decodes."""
    # translate_newlines of 3.11 adds a line end after a last `\r\n`.
    more = b"\n" if sys.version_info < (3, 12) and data.endswith(b"\r\n") else b""
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") + more
    return data, (data if data.endswith(b"\n") else data + b"\n")


def expected(source, codec, ends_lines):
    """1 and the decoded text, or 0 and the message, `None` for any."""
    short, source = lines(source)
    try:
        text = codecs.decode(source, codec)
        text.encode()
    except (UnicodeError, RuntimeError) as error:
        return 0, str(error)
    text = text.split("\0")[0]
    if not ends_lines:
        return (0, None) if "\r" in text else (1, text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return 1, text.removesuffix("\n") if short != source and text.endswith("\n") else text


def ask(worker, sources):
    """What pycompile makes of the same sources."""
    asked = b"".join(struct.pack("<I", len(source)) + source for source in sources)
    done = subprocess.run([worker, platform.python_version()], input=asked, capture_output=True, check=True).stdout
    at = 0
    while at < len(done):
        length = struct.unpack_from("<I", done, at)[0]
        yield done[at + 4], done[at + 5:at + 4 + length].decode()
        at += 4 + length


def sequences(codec):
    ones = [bytes([first]) for first in range(256)]
    found = ones + [first + second for first in ones for second in ones]
    if codec.startswith("euc_j"):
        found += [b"\x8f" + pair for pair in found[256:]]
    if codec == "gb18030":
        found += [bytes([a, b, c, d]) for a in (*range(0x7f, 0x8a), 0x8f, 0x90, 0x95, 0xe3, 0xe4, 0xfe, 0xff) for b in range(0x2f, 0x3b)
                  for c in range(0x80, 0x100) for d in range(0x2f, 0x3b)]
    # What a second set has is chosen by an escape sequence first.
    if codec.startswith("iso2022"):
        for escape in ESCAPES[:16]:
            after = b"\x0e" if escape.startswith(b"\x1b$)") else b""
            found += [escape + after + pair for pair in (found[256 + 0x1f * 256:256 + 256 * 0x81] if b"$" in escape else ones)]
    if codec == "hz":
        found += [b"~{" + pair for pair in found[256:256 + 256 * 0x81]]
    return found


def repertoire(codec):
    """Characters that the codec encodes."""
    found = []
    for point in [*range(0x20, 0xd800), *range(0xe000, 0x10000), *range(0x20000, 0x2a6e0), *range(0x10000, 0x10040)]:
        try:
            found.append((chr(point), chr(point).encode(codec)))
        except UnicodeError:
            pass
    return [character for character, data in found if character not in "\r\n"] or ["a"]


def texts(codec, count, choose):
    """Random texts: of the codec's characters, damaged ones, and bytes of any kind with what the codecs look for."""
    characters = repertoire(codec)
    wide = [character for character in characters if character > "\x7f"] or characters
    for number in range(count):
        kind = number % 4
        if kind == 3:
            yield b"".join(choose.choice(ESCAPES) if choose.random() < 0.3 else
                           bytes(choose.randrange(0x21, 0x7f) if choose.random() < 0.7 else choose.randrange(1, 256)
                                 for _ in range(choose.randrange(1, 5)))
                           for _ in range(choose.randrange(1, 8)))
            continue
        text = "".join(choose.choice(wide if choose.random() < 0.8 else characters) for _ in range(choose.randrange(1, 24)))
        if choose.random() < 0.3:
            text += "\n" + choose.choice(wide)
        try:
            data = bytearray(text.encode(codec))
        except UnicodeError:  # The labels of a domain have at most 63 characters.
            data = bytearray(text[0].encode(codec))
        for _ in range(choose.randrange(1, 4) if kind == 2 else 0):
            place = choose.randrange(len(data))
            change = choose.randrange(3)
            if change == 0:
                data[place] = choose.randrange(1, 256)
            elif change == 1 and len(data) > 1:
                del data[place]
            else:
                data[place:place] = choose.choice(ESCAPES)
        yield bytes(data).replace(b"\0", b"0")


def sources(codec, count, choose):
    head = f"# coding: {codec}\n".encode()
    for sequence in sequences(codec):
        if b"\0" not in sequence:
            yield head + b"#" + sequence + b"\n"
            yield head + b"x = '" + sequence + b"'\n"
    for text in texts(codec, count, choose):
        yield head + (b"#" + text if choose.random() < 0.5 else b"x = '''" + text + b"'''") + choose.choice([b"\n", b"", b"\r\n"])


def batches(items, size):
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def check_codec(codec, options, choose, kept):
    """Compares the decoded texts; returns how many differ."""
    counts, wrong = collections.Counter(), 0
    for batch in batches(sources(codec, options.count, choose), BATCH):
        for source, got in zip(batch, ask(options.worker, batch), strict=True):
            want = expected(source, codec, options.ends_lines)
            counts["sources"] += 1
            if not got[0] and UNSUPPORTED in got[1]:
                counts["not supported"] += 1
            elif got == want or (want[1] is None and not got[0]):
                counts["texts" if want[0] else "refused by both"] += 1
            else:
                wrong += 1
                if wrong <= options.show:
                    print(f"    {source!r}\n      expected {want!a}\n      got      {got!a}")
        kept += choose.sample(batch, min(len(batch), options.sample))
    print(f"{codec}: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + f", {wrong} wrong", flush=True)
    return wrong


def names():
    """Spellings of the names of codecs, those that only other releases have included."""
    known = set(encodings.aliases.aliases) | set(encodings.aliases.aliases.values()) | set(CJK)
    known |= {path.stem for path in pathlib.Path(encodings.__path__[0]).glob("*.py")}
    known |= set(re.findall(r'^    \("([^" ]+)", ', NAMES.read_text(), re.M))
    for name in sorted(known):
        yield from sorted({name, name.upper(), name.replace("_", "-"), name.replace("_", "."), f"_{name}--", name.replace("_", "-.")})


NAMES = pathlib.Path(__file__).resolve().parents[2] / "src/target/encodings.rs"
MARK = b"\xef\xbb\xbf"


def beginnings(choose, count):
    """Sources with cookies and byte order marks wherever they can be."""
    marks = [b"", b"", MARK, MARK + MARK]
    firsts = [b"", b"\n", b"#\n", b"#!/bin/sh\n", b" \t\f\n", b"x = 1\n", b"\\\n", b"'''\n", b"# \xe9\n", b"# \xc3\xa9\r\n", b"\r", b"\f# c\r\n"]
    words = [b"# coding: ", b"#coding=", b"# -*- coding:\t", b"# vim: set fileencoding=", b"#encoding:", b"# coding ", b"  #coding:: ",
             b"coding: ", b"\v# coding: ", b"# codingcoding: "]
    names = [b"utf-8", b"utf8", b"UTF-8", b"utf-8-sig", b"utf_8_unix", b"latin-1", b"Latin-1-dos", b"iso-8859-15", b"cp1252", b"foo", b"rot13",
             b"shift_jis", b"euc-jp", b"gbk", b"hz", b"iso-2022-jp", b"utf-7", b"undefined", b"utf-16", b"ascii", b"", b".", b"utf-16le",
             b"charmap", b"mbcs", b"utf-32", b"big5", b"unicode_escape", b"u8", b"iso-8859-1"]
    bodies = [b"x = 1\n", b"x = '\xe9'\n", b"x = '\xc3\xa9'", b"# \x81\x40\n", b"x = '\xb0\xa1'\r\n", b"", MARK + b"x = 1\n", b"# \xff\n",
              b"x = '\\x41'\n", b"y = '+AOk-'\r", b"z = ~\n 1\n", b"a = 1\0\n", b"# \xe9 coding: latin-1\n"]
    for _ in range(count):
        yield (choose.choice(marks) + choose.choice(firsts + [b""] * 12) + choose.choice(marks[:3] + [b""] * 6) + choose.choice(words)
               + choose.choice(names) + choose.choice([b"\n", b" -*-\n", b"\r\n", b"\r", b"\xe9\n", b" \xc3\xa9\n", b""]) + choose.choice(bodies)
               + choose.choice(bodies))
    for _ in range(count // 4):
        yield (choose.choice(marks + [b"# coding: " + choose.choice(names) + b"\n"] * 4)
               + bytes(choose.choice([choose.randrange(256), choose.randrange(32, 127), 10, 35, 39]) for _ in range(choose.randrange(1, 12))))


def compile_all(found, options, title):
    """Compiles the sources with both; returns how many are wrong."""
    if not options.pycompile or not found:
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, "in")
        folder.mkdir()
        for number, source in enumerate(found):
            (folder / f"{number:06}.py").write_bytes(source)
        print(f"{title}: ", end="", flush=True)
        show = ("exception", "message", "line", "column", "end") if options.places else ()
        return reference.compare(options.pycompile, str(folder), scratch, show)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--worker", required=True, help="the program oracle_decode")
    parser.add_argument("--pycompile", help="compile a sample with this binary too")
    parser.add_argument("--count", type=int, default=10_000, help="random texts for each codec")
    parser.add_argument("--sample", type=int, default=20, help="sources of each 50,000 that are compiled as well")
    parser.add_argument("--beginnings", type=int, default=2_000, help="sources with cookies and byte order marks")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", help="these codecs alone, and `files` for names and beginnings")
    parser.add_argument("--show", type=int, default=5, help="how many differences of each codec are shown")
    parser.add_argument("--places", action="store_true", help="show other messages and places of refusals")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    # A release that ends decoded lines compiles this.
    try:
        compile(b"# coding: hz\nx=1~\n", "m.py", "exec", dont_inherit=True)
        options.ends_lines = True
    except SyntaxError:
        options.ends_lines = False
    wrong, kept = 0, []
    for codec in [*CJK, *others()] if options.only is None else options.only:
        if codec == "files":
            continue
        wrong += check_codec(codec, options, random.Random(f"{options.seed} {codec}"), kept)
    choose = random.Random(options.seed)
    wrong += compile_all(kept, options, "a sample")
    if "files" in (options.only or ["files"]):
        spelled = [f"# coding: {name}\nx = 'abc'\n".encode() for name in names()]
        wrong += compile_all(spelled, options, "names")
        wrong += compile_all(list(beginnings(choose, options.beginnings)), options, "beginnings")
    print(f"{platform.python_version()}: {wrong} wrong")
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main()
