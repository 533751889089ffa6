#!/usr/bin/env python3
"""Writes src/decode/multibyte/tables.rs and tables.bin: the CJK codecs of the running CPython, compressed.

    python3.14 tools/multibyte_tables.py

A codec is three tables: a byte alone, a pair of bytes, and a pair after the byte 0x8f. The codec is asked for them byte
by byte. A character is stored as its difference from a prediction: the same place of another codec where that has a
character, else the character before plus one. That takes the fewest bytes after compression.
The tool fails if a codec does anything that the tables cannot express.
"""

import pathlib
import platform
import zlib

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "src/decode/multibyte"

# Codec, its prediction, and the function from its pairs to those of the prediction.
CODECS = [
    ("euc_jp", None, "Same"),
    ("shift_jis", "euc_jp", "ShiftJis"),
    ("cp932", "shift_jis", "Same"),
    ("euc_jis_2004", "euc_jp", "Same"),
    ("euc_jisx0213", "euc_jis_2004", "Same"),
    ("shift_jis_2004", "euc_jis_2004", "ShiftJis"),
    ("shift_jisx0213", "shift_jis_2004", "Same"),
    ("gb2312", None, "Same"),
    ("gbk", "gb2312", "Same"),
    ("gb18030", "gbk", "Same"),
    ("big5", None, "Same"),
    ("cp950", "big5", "Same"),
    ("big5hkscs", "big5", "Same"),
    ("euc_kr", None, "Same"),
    ("cp949", "euc_kr", "Same"),
    ("johab", "euc_kr", "Johab"),
]
ALONE, ILLEGAL, LEAD, TRIPLE = range(4)
LEADS = range(0x80, 0x100)
# Rows of the second plane of JIS X 0213, in the order in which Shift_JIS counts them after 0xef.
PLANE_2 = [1, 8, 3, 4, 5, 12, 13, 14, 15, *range(78, 95)]
TWO_CHARACTERS, REFUSED = 0x110000, 0x120000


def ask(codec, data):
    """The text, or the length of what is wrong at the start; `None` if more bytes are wanted."""
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        assert error.start == 0 and error.encoding == codec, (codec, data, error)
        if error.reason == "incomplete multibyte sequence":
            assert error.end == len(data), (codec, data, error)
            return None
        assert error.reason == "illegal multibyte sequence", (codec, data, error)
        return error.end


def first(codec, byte):
    text = ask(codec, bytes([byte]))
    if text is None:
        return TRIPLE if byte == 0x8f and ask(codec, b"\x8f\xa1") is None else LEAD
    return ILLEGAL if text == 1 else ALONE


def shift_jis(lead, trail):
    """The place in EUC, as plane, lead and trail."""
    half = trail - 0x40 - (trail > 0x7f)
    if not 0 <= half < 188 or lead < 0x81 or 0xa0 <= lead < 0xe0 or lead > 0xfc:
        return None
    row = 2 * (lead - (0x81 if lead < 0xa0 else 0xc1)) + half // 94
    if row < 94:
        return 0, row + 0xa1, half % 94 + 0xa1
    return 1, PLANE_2[row - 94] + 0xa0, half % 94 + 0xa1


def johab(lead, trail):
    """The place in EUC, as plane, lead and trail."""
    half = trail - (0x31 if trail < 0x91 else 0x43)
    if not (0x31 <= trail < 0x7f or 0x91 <= trail < 0xff):
        return None
    if 0xd9 <= lead < 0xdf:
        row = 2 * (lead - 0xd9)
    elif 0xe0 <= lead < 0xfa:
        row = 2 * (lead - 0xe0) + 41
    else:
        return None
    return 0, row + half // 94 + 0xa1, half % 94 + 0xa1


PLACES = {"Same": lambda lead, trail: None, "ShiftJis": shift_jis, "Johab": johab}


def pairs(codec, prefix, firsts, twice):
    """The characters of all pairs that have one, and those pairs that are refused as two bytes, not as one."""
    found = {}
    for lead in LEADS:
        for trail in range(256):
            data = prefix + bytes([lead, trail])
            if not prefix and firsts[lead] != LEAD:
                continue
            text = ask(codec, data)
            if isinstance(text, str):
                if len(text) == 2 and prefix + data[-2:-1] == data[:-1] and ord(text[1]) == trail and trail < 0x80:
                    raise AssertionError((codec, data, text))
                found[lead, trail] = ord(text) if len(text) == 1 else TWO_CHARACTERS + twice(text)
            elif text == 2 and not prefix:
                found[lead, trail] = REFUSED
            elif text != 1 and not (text is None and codec == "gb18030" and 0x30 <= trail < 0x3a
                                    or text is None and codec == "euc_kr" and (lead, trail) == (0xa4, 0xd4)):
                raise AssertionError((codec, data, text))
    return found


def packed(values, predicted):
    """Returns the places that have a character, and the differences, in four streams that were compressed together."""
    present, streams, last = bytearray(128 * 256 // 8), ([], [], []), 0
    for place in range(128 * 256):
        value = values.get((place // 256 + 128, place % 256))
        if value is None:
            continue
        present[place // 8] |= 1 << place % 8
        difference = value - (predicted(place // 256 + 128, place % 256) or last + 1)
        folded = 2 * difference if difference >= 0 else -2 * difference - 1
        for number, stream in enumerate(streams):
            stream.append(folded >> 8 * number & 255)
        last = value
    data = bytes(present) + b"".join(map(bytes, streams))
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return compressor.compress(data) + compressor.flush()


def four_bytes():
    """Runs of GB 18030's characters of four bytes up to U+FFFF: first number, first character."""
    runs, after = [], None
    for number in range(50400):
        rest, fourth = divmod(number, 10)
        rest, third = divmod(rest, 126)
        lead, second = divmod(rest, 10)
        text = ask("gb18030", bytes([lead + 0x81, second + 0x30, third + 0x81, fourth + 0x30]))
        point = ord(text) if isinstance(text, str) else None
        if point != (None if after is None else after + 1):
            runs.append((number, point or 0))
        after = point
    return runs


def main():
    texts, blob, rows, known, singles = [], b"", [], {}, []

    def twice(text):
        if text not in texts:
            texts.append(text)
        return texts.index(text)

    for codec, model, places in CODECS:
        firsts = [first(codec, byte) for byte in range(256)]
        alone = [ask(codec, bytes([byte])) if kind == ALONE else "" for byte, kind in enumerate(firsts)]
        planes = [pairs(codec, b"", firsts, twice)]
        if TRIPLE in firsts:
            planes.append(pairs(codec, b"\x8f", firsts, twice))
        known[codec] = planes
        ends = []
        for number, plane in enumerate(planes):
            def predicted(lead, trail):
                if model is None:
                    return None
                if places == "Same":
                    of, place = number, (lead, trail)
                else:
                    found = PLACES[places](lead, trail)
                    if found is None:
                        return None
                    of, place = found[0], found[1:]
                return known[model][of].get(place) if of < len(known[model]) else None
            part = packed(plane, predicted)
            blob += part
            ends.append((len(blob) - len(part), len(blob)))
            print(codec, number, len(plane), "characters", len(part), "bytes")
        rows.append((codec, model, places, ends))
        # Runs of single bytes: last byte, kind, number to add.
        runs = []
        for byte, (kind, text) in enumerate(zip(firsts, alone)):
            shift = ord(text) - byte if kind == ALONE else 0
            if runs and runs[-1][1:] == (kind, shift):
                runs[-1] = (byte, kind, shift)
            else:
                runs.append((byte, kind, shift))
        singles.append(runs)
    kinds = ["Alone", "Illegal", "Lead", "Triple"]
    text = [
        "//! The CJK codecs of CPython that keep no state, each for itself.",
        "//!",
        f"//! @generated by tools/multibyte_tables.py from CPython {platform.python_version()}. Do not edit.",
        "",
        "use super::table::{Codec, First, Places};",
        "",
        "/// The compressed tables.",
        'pub(super) static DATA: &[u8] = include_bytes!("tables.bin");',
        "",
        f"/// Characters that are two code points; a table has them from {TWO_CHARACTERS:#x}.",
        f"pub(super) static TWICE: [&str; {len(texts)}] = [",
        *(f'    "{"".join(f"\\u{{{ord(c):x}}}" for c in pair)}",' for pair in texts),
        "];",
        "",
        "/// Runs of the characters of four bytes of GB 18030: first number, first code point (0: none).",
        "#[rustfmt::skip]",
    ]
    runs = four_bytes()
    text.append(f"pub(super) static FOUR_BYTES: [(u32, u32); {len(runs)}] = [")
    for start in range(0, len(runs), 8):
        text.append("    " + " ".join(f"({a}, {b:#x})," for a, b in runs[start:start + 8]))
    text += ["];", "", "/// The codecs, those first that others are predicted from.", "#[rustfmt::skip]",
             f"pub(super) static CODECS: [Codec; {len(rows)}] = ["]
    names = [row[0] for row in rows]
    for (codec, model, places, ends), runs in zip(rows, singles):
        model = "None" if model is None else f"Some({names.index(model)})"
        text.append(f'    Codec {{ name: "{codec}", model: {model}, places: Places::{places}, '
                    f'planes: &[{", ".join(f"({a}, {b})" for a, b in ends)}], first: &[')
        text.append("        " + " ".join(f"(0x{last:02x}, First::{kinds[kind]}"
                                          + (f"({shift})" if kind == ALONE else "") + ")," for last, kind, shift in runs))
        text.append("    ] },")
    text.append("];")
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "tables.rs").write_text("\n".join(text) + "\n")
    (FOLDER / "tables.bin").write_bytes(blob)
    print(len(blob), "bytes")


if __name__ == "__main__":
    main()
