"""Constants: numbers, strings, bytes, and strings with fields."""

NUMBERS = [
    "0", "1", "2", "3", "7", "8", "15", "16", "31", "64", "127", "128", "255", "256", "257", "1000", "1024", "1025",
    "32767", "32768", "65535", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807",
    "9223372036854775808", "18446744073709551616", "123456789012345678901234567890", "0xFF", "0XdeadBEEF", "0o17",
    "0b1011", "1_000_000", "0x_ff", "00", "0_0", "1073741823", "1073741824",
    "0.0", "1.0", "0.5", "1e10", "1E-5", ".5", "5.", "1e999", "1e-320", "3.141592653589793", "1_0.0_1", "1e22", "1e16",
    "123456789.123456789", "0j", "1j", "2.5J", "1e3j", "1e999j",
]
WORDS = [
    "", "a", "b", "x", "abc", "spam eggs", "self_", "qx_1", "qx 2", "é", "ÿ", "ā", "日本", "\U0001f600", "a\u0301", "%", "%s",
    "{", "}", "'", '"', "_", "__docq", "Nonesuch", "0", "1", "Zebra9", "long " * 20, "word_" * 60, "ß", "\x7f",
]
ESCAPES = ["\\n", "\\t", "\\\\", "\\x41", "\\xe9", "\\u1234", "\\U0001F600", "\\N{BULLET}", "\\0", "\\101", "\\'", '\\"',
           "\\\n", "\\ud800", "\\r", "\\a", "\\q"]
BYTE_ESCAPES = ["\\n", "\\x00", "\\xff", "\\\\", "\\101", "\\'", "\\\n", "\\N"]
FORMATS = ["s", "d", "5d", "5s", "-5s", ".2f", "x", "r", "a", "5.3s", "-10r", "c", "+d", "%", "i", "05d"]


class Literal:
    """Mixed into the program; uses `self.random`."""

    def number(self):
        return self.pick(NUMBERS)

    def quote(self):
        return self.weigh(["'", '"', "'''", '"""'], (5, 5, 1, 1))

    def string_body(self, quote, raw=False, escapes=ESCAPES, ascii_only=False):
        parts = []
        for _ in range(self.weigh([0, 1, 2, 3], (1, 6, 3, 1))):
            if self.chance(0.25):
                part = self.pick(escapes)
                if raw and ("\n" in part and len(quote) == 1):
                    part = "\\n"
            else:
                part = self.pick(WORDS)
                if ascii_only and not part.isascii():
                    part = "z"
                if quote[0] in part:
                    part = part.replace(quote[0], "q")
            if len(quote) == 3 and self.chance(0.2):
                part += "\n   "
            parts.append(part)
        body = "".join(parts)
        if raw and (len(body) - len(body.rstrip("\\"))) % 2:
            body += "\\"
        return body

    def string(self):
        quote = self.quote()
        prefix = self.weigh(["", "r", "u", "R", "U"], (20, 2, 1, 1, 1))
        return prefix + quote + self.string_body(quote, raw=prefix in "rR" and prefix != "") + quote

    def word(self):
        """A plain string that is written as it is."""
        return repr(self.pick([word for word in WORDS if word]))

    def bytes(self):
        quote = self.quote()
        prefix = self.pick(["b", "B", "rb", "bR", "Rb", "br"])
        body = self.string_body(quote, raw="r" in prefix.lower(), escapes=BYTE_ESCAPES, ascii_only=True)
        return prefix + quote + body + quote

    def strings(self, scope):
        """One string, or several side by side."""
        count = self.weigh([1, 2, 3], (12, 2, 1))
        if count == 1:
            return self.string()
        parts = [self.formatted(scope) if self.chance(0.3) else self.string() for _ in range(count)]
        return (self.gap(scope) or " ").join(parts)

    def constant(self, scope):
        kind = self.weigh(["number", "string", "bytes", "name"], (5, 5, 1, 3))
        if kind == "number":
            return self.number()
        if kind == "string":
            return self.strings(scope)
        if kind == "bytes":
            return self.bytes() if self.chance(0.9) else self.bytes() + " " + self.bytes()
        return self.pick(["None", "True", "False", "...", "__debug__"])

    def field(self, scope, quote, depth):
        inner = scope.but(depth=scope.depth + 2, brackets=scope.brackets + 1)
        if self.chance(0.5):
            value = self.name(scope)
        else:
            value = self.star_or_yield(inner) if self.chance(0.1) else self.condition(inner)
        # Up to 3.11, the string ends at the first of its quotes.
        if self.version < (3, 12) and (set(value) & {quote[0], "\\", "#"} or "\n" in value and len(quote) == 1):
            value = self.name(scope)
        if value.startswith("{") or self.chance(0.1):
            value = " " + value
        if self.chance(0.15):
            value = value.rstrip() + self.pick(["=", " =", "= ", " = ", "  =  "])
        elif self.chance(0.1):
            value += " "
        if self.chance(0.25):
            value = value.rstrip() if "=" not in value[-3:] else value
            value += self.pick(["!r", "!s", "!a"])
        if self.chance(0.3):
            value += ":" + self.format_specification(scope, quote, depth)
        return "{" + value + "}"

    def format_specification(self, scope, quote, depth):
        parts = []
        for _ in range(self.pick([0, 1, 1, 1, 2, 3])):
            if depth < (2 if self.version >= (3, 12) else 1) and self.chance(0.4):
                parts.append(self.field(scope, quote, depth + 1))
            else:
                parts.append(self.pick([">10", "d", ".2f", "^", "%Y-%m", "\\n", "!r", "é", "#x", "\\x41", " <", "\\N{DASH}"
                                        if False else "0"]))
        return "".join(parts)

    def formatted(self, scope, letter="f"):
        """An f-string, or a t-string."""
        quote = self.quote()
        prefix = self.weigh([letter, letter.upper(), "r" + letter, letter + "R"], (10, 1, 1, 1))
        raw = "r" in prefix.lower()
        parts = []
        for _ in range(self.pick([0, 1, 2, 2, 3, 4])):
            if self.chance(0.6):
                parts.append(self.field(scope, quote, 0))
            elif self.chance(0.2):
                parts.append(self.pick(["{{", "}}", "{{}}", "{{x}}"]))
            else:
                body = self.string_body(quote, raw, escapes=[e for e in ESCAPES if "\\q" != e])
                parts.append(body.replace("\\N{BULLET}", "\0").replace("{", "{{").replace("}", "}}")
                             .replace("\0", "\\N{BULLET}" if not raw else "N"))
        return prefix + quote + "".join(parts) + quote

    def template(self, scope):
        text = self.formatted(scope, "t")
        return text if self.chance(0.85) else text + " " + self.formatted(scope, "t")

    def percent(self, scope):
        """A `%` with a literal on its left: some of them are turned into f-strings."""
        count = self.pick([1, 1, 2, 3])
        text = "".join(self.pick(["", "a", " ", "é", "%%", "x y"]) + "%" + self.pick(FORMATS) for _ in range(count))
        values = [self.operand(scope.but(depth=scope.depth + 2)) for _ in range(count)]
        if self.chance(0.05):
            values.append("*" + self.name(scope))
        return f"{text!r} % ({', '.join(values)},)"
