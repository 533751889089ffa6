#!/usr/bin/env python3
"""Writes what the running CPython makes of sources in other encodings, as RELEASE.tsv next to this file.

    python3.14 -I -S -W ignore tests/golden/encodings/write.py

Run it with 3.13.0, 3.13.18, 3.14.10 and 3.15.2. A line is a source, where Python's escapes stand for bytes, and "accepted" or
what is said of it. Then, for each CJK codec, the SHA-256 of what becomes of sequences of bytes in a comment, every byte and
one in 13 pairs: the text, or "!" and the message, each before a byte 0xff.
"""

import encodings.aliases
import hashlib
import pathlib
import platform
import sys

HERE = pathlib.Path(__file__).resolve().parent
CJK = ("big5 big5hkscs cp932 cp949 cp950 euc_jis_2004 euc_jisx0213 euc_jp euc_kr gb18030 gb2312 gbk hz iso2022_jp iso2022_jp_1 "
       "iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr johab shift_jis shift_jis_2004 "
       "shift_jisx0213").split()
MARK = b"\xef\xbb\xbf"
# What a source says of its encoding, in ways that are read and in ways that are not.
BEGINNINGS = [
    MARK, MARK + MARK, MARK + MARK + b"x = 1\n", MARK + b"\n" + MARK, b"#" + MARK, MARK + MARK + b"# coding: cp1252\n",
    b"# coding: utf-8\n" + MARK + b"x = 1\n", b"# coding: utf_8_sig\n" + MARK + b"x = 1\n",
    *(MARK + b"# coding: " + name + b"\n" for name in
      (b"utf-8", b"UTF_8", b"utf-8-unix", b"utf-8-sig", b"utf8", b"u8", b"latin-1", b"iso-8859-1-dos", b"cp1252", b"foo", b"gbk")),
    MARK + b"\n# coding: gbk\n", MARK + b"x = 1\n# coding: gbk\n", MARK + b"# coding: gbk \xe9\n",
    b"#coding:foo", b"#coding:foo\r", b"#\r\n#coding:foo", b"\f#coding:foo", b"\v#coding:foo\n", b"\\\n#coding:foo",
    b"#coding: coding:foo", b"#coding \tcoding=\tfoo", b"#coding:: coding=foo", b"#coding=\n#coding=foo\n", b"\n\n#coding=foo\n",
    b"x\n#coding=foo\n", b"#coding:foo\xe9\n", b"# vim: set fileencoding=foo :\n",
    b"# coding: gbk\0\n", b"# coding: utf-7\nx = 1\n+AAA-", b"# coding: utf-7\nx = 1+AAA-", b"# coding: utf-7\n#+2AA-",
    b"# coding: utf-7\n'+2ADcAA-'", b"# coding: utf-7\n'+AOk'", b"# coding: utf-7\n#+AA0-\n", b"# coding: utf-7\n+", b"# coding: utf-7\n#+AOkA\n",
    b"# coding: hz\nx = 1~\n", b"# coding: hz\nx = 1 +~\n 1\n", b"# coding: hz\n#~", b"# coding: hz\n~{VP", b"# coding: hz\n'~{VP~}'",
    b"# coding: gbk\n'\xb0\xa1", b"# coding: gbk\n#\x81", b"# coding: gbk\r\n#\x81\r\n", b"# coding: gb18030\n#\x81\x30\x81",
    b"# coding: gb18030\n'\x81\x30\x81\x30'", b"# coding: euc_kr\n'\xa4\xd4\xa4\xa1\xa4\xbf\xa4\xd4'", b"# coding: euc_kr\n#\xa4\xd4",
    b"# coding: iso2022_jp\n'\x1b$B0!\x1b(B'", b"# coding: iso2022_jp\n#\x1b$B0!", b"# coding: iso2022_jp\n#\x1b$B0\r!",
    b"# coding: iso2022_jp_2\n#\x1b.J\x1bNa\n", b"# coding: iso2022_jp_2\n'\x1b.F\x1bNa'\n", b"# coding: iso2022_jp_3\n'\x1b$(P};\x1b(B'\n",
    b"# coding: shift_jis\n'\x83\x5c'\n", b"# coding: cp932\n'\xfa\x5c\x80'\n", b"# coding: euc_jisx0213\n#\xae\xa1\n",
    b"# coding: unicode_escape\n'\\x41\\u3042'", b"# coding: unicode_escape\n#\\x4", b"# coding: unicode_escape\n#\\U00110000",
    b"# coding: raw_unicode_escape\n'\\u3042\xe9'", b"# coding: raw_unicode_escape\n#\\u304", b"# coding: undefined\n",
    b"# coding: utf-16\nx = 1\n", b"#coding=utf16\n ", b"#coding=utf-16be\n \xd8\n", b"# coding: utf-32\n", b"# coding: idna\nx.y = 1\n",
    b"# coding: idna\n#.\xe9", b"# coding: punycode\n", b"# coding: punycode\n#\xe9-a\n", b"# coding: charmap\n'\xe9'\n", b"# coding: rot13\n",
]


def said(source):
    try:
        compile(source, "m.py", "exec", dont_inherit=True)
        return "accepted"
    except (SyntaxError, RuntimeError) as error:
        return f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"


def digest(codec):
    found = hashlib.sha256()
    ones = [bytes([byte]) for byte in range(1, 256)]
    for sequence in ones + [first + second for first in ones for second in ones][::13]:
        source = f"# coding: {codec}\n#".encode() + sequence + b"\n"
        source = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        try:
            found.update(source.decode(codec).encode())
        except (UnicodeError, RuntimeError) as error:
            found.update(b"!" + str(error).encode())
        found.update(b"\xff")
    return found.hexdigest()


def main():
    # The names of any release; those that are spelled as a codec's own are found in all.
    path = HERE / "names.txt"
    known = set(path.read_text().split()) if path.exists() else set()
    known |= set(encodings.aliases.aliases) | set(encodings.aliases.aliases.values())
    path.write_text("".join(f"{name}\n" for name in sorted(known)))
    sources = BEGINNINGS + [f"# coding: {name}\n".encode() for name in sorted(known)]
    sources += [f"# coding: {name}\n".encode() for name in (
        "Iso--8859-_2", "iso.8859.2", "_cp1252_", "cp-1252", "utf_8.", ".utf8", "-", ".", "os", "aliases", "latin-1-foo", "iso-latin-1x")]
    with open(HERE / f"{platform.python_version()}.tsv", "w", encoding="utf-8") as file:
        for source in sources:
            print(repr(source)[2:-1], said(source), sep="\t", file=file)
        for codec in CJK:
            print(codec, digest(codec), sep="\t", file=file)


if __name__ == "__main__":
    main()
