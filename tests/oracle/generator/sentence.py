"""Random sentences of Python's grammar.

A tree that is written out has one form of everything. These have the others: parentheses, trailing commas, soft keywords
as names, targets of every shape, comments and continued lines wherever they may be; and what the grammar takes and a
later pass refuses. The grammar is the one that pycompile itself finds mistakes with. What looks ahead is left out, so
some sentences are none; both compilers must then say so.
"""
import functools
import pathlib
import random
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
GRAMMAR = ROOT / "src" / "syntax" / "diagnose" / "python.peg"
FEATURES = ROOT / "docs" / "features.md"
TOKEN = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|->|&&|<!?\w+>|\w+|\S""")
NAMES = {"a": 9, "b": 9, "x": 9, "y": 7, "self": 4, "f": 4, "_": 2, "match": 2, "case": 2, "type": 2, "lazy": 1, "__x": 3,
         "print": 1, "é": 1, "ℌ": .5, "__class__": .7, "super": 1, "__debug__": .2}
NUMBERS = ["0", "1", "2", "255", "256", "1.5", "1j", ".5", "5.", "0x10", "1_000", "0o7", "0b1", "1e400", "0.0",
           "99999999999999999999", "0xFFFF_FFFF"]
STRINGS = ["'a'", '"c"', "''", "b'x'", "b''", r"r'\n'", "u'u'", "'''t\nu'''", "'é'", r"'\x00'", r"'\ud800'", "'%s'",
           "'a b'", r"rb'\x'", r"'\N{BULLET}'"]
MIDDLES = ["", "lit", "{{", "}}", "é", r"\n", "%"]
TERMINALS = {"NUMBER": NUMBERS, "STRING": STRINGS}
# Scopes and statements around a sentence; each line of it is indented once for each of these lines.
AROUND = ["", "", "", "async def f(a, b):\n", "async def f(a, b):\n", "def f(x, y, *z):\n", "class C:\n", "def f():\n while a:\n",
          "class C(x):\n def m(self):\n", "def f[T](x: T):\n", "def f():\n x = 1\n def g():\n", "for q in b:\n",
          "class C[T]:\n", "async def f():\n async with a as b:\n", "while a:\n with b:\n"]
ENDLESS = 10 ** 6
LAYOUT = ("NEWLINE", "INDENT", "DEDENT")


class Reader:
    """The grammar's text → for each rule its alternatives, each a list of items.

    An item is ("token", text), ("rule", name), ("group", alternatives), ("?*+"'s one, item), ("list", between, item).
    """

    def __init__(self, text, marks):
        self.marks, self.rules = marks, {}
        lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
        for rule in re.split(r"\n(?! )", "\n".join(lines)):
            head, body = rule.split(":", 1)
            self.tokens = TOKEN.findall(body)[::-1]
            self.rules[head.split()[0]] = self.alternatives()

    def next(self):
        return self.tokens[-1] if self.tokens else None

    def alternatives(self):
        found = []
        while True:
            marked = re.fullmatch(r"<(!?)(\w+)>", self.next() or "")
            if marked:
                self.tokens.pop()
            items = self.items()
            if not marked or (marked[2] in self.marks) != bool(marked[1]):
                found.append(items)
            if self.next() != "|":
                return found
            self.tokens.pop()

    def items(self):
        items = []
        while self.next() not in (None, "|", ")"):
            token = self.tokens.pop()
            if token == "->":
                while self.next() not in (None, "|", ")"):
                    self.tokens.pop()
            elif token in ("&", "!"):
                self.item()
            elif token in ("~", "&&"):
                pass
            elif re.fullmatch("[a-z]", token) and self.next() == ":":
                self.tokens.pop()
            else:
                self.tokens.append(token)
                items.append(self.item())
        return items

    def item(self):
        token = self.tokens.pop()
        if token == "(":
            item = ("group", self.alternatives())
            self.tokens.pop()
        else:
            item = ("token", token[1:-1]) if token[0] in "'\"" else ("rule", token)
        if self.next() == ".":
            self.tokens.pop()
            item = ("list", item, self.item()[1])
        elif self.next() in ("?", "*", "+"):
            item = (self.tokens.pop(), item)
        return item


class Grammar:
    """The rules of one version, and how many tokens the shortest sentence of each has."""

    def __init__(self, version):
        self.rules = Reader(GRAMMAR.read_text("utf-8"), MARKS[version]).rules
        for rule, alternatives in self.rules.items():
            plain = [items for items in alternatives
                     if not any(str(item[1]).startswith(("invalid_", "mistaken_")) for item in items)]
            # Parameters end with a comma, or without one where a look ahead shows the end: only the former is plain.
            if "param" in rule or "slash" in rule:
                plain = [items for items in plain if len(items) > 1 or len(plain) == 1] or plain
            self.rules[rule] = plain
        self.sizes, self.known = {}, {}
        for _ in self.rules:
            before = dict(self.sizes)
            for rule, alternatives in self.rules.items():
                self.sizes[rule] = min(map(self.size_of_all, alternatives), default=ENDLESS)
            if before == self.sizes:
                break
        # What has a part that this version does not have at all.
        for rule, alternatives in self.rules.items():
            self.rules[rule] = [items for items in alternatives if self.size_of_all(items) < ENDLESS]

    def size_of_all(self, items):
        return sum(map(self.size, items))

    def size(self, item):
        kind, what = item[0], item[-1]
        if kind == "token":
            return 1
        if kind == "rule":
            return 1 if what.isupper() else self.sizes.get(what, ENDLESS)
        if kind == "group":
            return min(map(self.size_of_all, what), default=ENDLESS)
        return self.size(what) if kind in ("+", "list") else 0

    def shortest(self, alternatives):
        if id(alternatives) not in self.known:
            self.known[id(alternatives)] = min(alternatives, key=self.size_of_all)
        return self.known[id(alternatives)]


def rules_of_series():
    """Returns the rules of the grammar that the newest target of each series has, from the page of features."""
    table = FEATURES.read_text("utf-8").split("\n| rule |")[1].strip("\n").split("\n")
    head, _, *rows = [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in table]
    found = {}
    for name, *values in rows:
        # Releases are in order, so that the newest one of a series decides.
        for release, value in zip(head[-len(values):], values):
            rules = found.setdefault(release.rpartition(".")[0], set())
            (rules.add if value == "true" else rules.discard)(name)
    return found


MARKS = rules_of_series()


@functools.cache
def grammar(version):
    return Grammar(version)


class Sentence:
    """One program. `seed` decides all of it."""

    def __init__(self, seed, version):
        self.random, self.grammar = random.Random(seed), grammar(version)
        around = self.random.choice(AROUND)
        if not self.grammar.rules["type_params"]:
            around = around.replace("[T]", "")
        self.names = self.random.sample(list(NAMES), 6)
        self.weights = [NAMES[name] for name in self.names]
        body = "".join(self.statement() for _ in range(self.random.choice([1, 1, 2, 3])))
        indent = " " * around.count("\n")
        # Strings of several lines are indented inside too: that is still one program.
        self.text = around + "".join(indent + line for line in body.splitlines(keepends=True))
        if self.random.random() < .05:
            self.text = "from __future__ import annotations\n" + self.text

    def encoded(self):
        return self.text.encode("utf-8", "surrogatepass")

    def statement(self):
        self.tokens, self.limit = [], self.random.choice([10, 25, 50])
        self.rule("statement")
        return self.laid_out(self.tokens)

    def rule(self, name):
        if name.isupper():
            self.tokens.append(self.terminal(name))
        elif name in ("fstring", "tstring"):
            self.tokens.append(self.interpolated(name))
        elif name == "await_primary" and self.random.random() < .8:
            # Few sentences are coroutines.
            self.rule("primary")
        else:
            self.one_of(self.grammar.rules[name])

    def is_full(self):
        return len(self.tokens) >= self.limit

    def one_of(self, alternatives):
        in_expression = self.tokens and self.tokens[-1] not in LAYOUT
        # A chain of operators should end as often as it goes on.
        if self.is_full() or in_expression and self.random.random() < .7:
            items = self.grammar.shortest(alternatives)
        else:
            items = self.random.choice(alternatives)
        for item in items:
            self.item(item)

    def item(self, item):
        kind, what = item[0], item[-1]
        if kind in ("?", "*") and self.grammar.size(what) >= ENDLESS:
            return
        if kind == "token":
            self.tokens.append(what)
        elif kind == "rule":
            self.rule(what)
        elif kind == "group":
            self.one_of(what)
        elif kind == "?":
            if not self.is_full() and self.random.random() < .3:
                self.item(what)
        else:
            least = 0 if kind == "*" else 1
            count = least if self.is_full() else self.random.choice([least, least, 1, 1, 2, 3])
            for number in range(count):
                if number and kind == "list":
                    self.item(item[1])
                self.item(what)

    def terminal(self, name):
        if name == "NAME":
            return self.random.choices(self.names, self.weights)[0]
        if name in TERMINALS:
            return self.random.choice(TERMINALS[name])
        return name

    def interpolated(self, rule):
        """The whole literal as one token; a field's own tokens are laid out without line ends."""
        prefix = self.random.choice([rule[0], rule[0].upper(), "r" + rule[0]])
        quote = self.random.choice(["'", '"', "'''"])
        parts = []
        for _ in range(self.random.randint(0, 2)):
            parts += [self.random.choice(MIDDLES), self.field(1)]
        return prefix + quote + "".join(parts) + self.random.choice(MIDDLES) + quote

    def field(self, depth):
        outer, self.tokens = self.tokens, []
        if len(outer) + 8 > self.limit:
            self.tokens.append(self.terminal("NAME"))
        else:
            limit, self.limit = self.limit, 8
            self.rule("annotated_rhs")
            self.limit = limit
        text = self.laid_out(self.tokens).replace("\\\n", "").replace("\n", " ")
        self.tokens = outer
        text = " " * text.startswith("{") + text + self.random.choice(["", "", "", "=", " = "])
        text += self.random.choice(["", "", "", "!r", "!s", "!a"])
        if self.random.random() < .3:
            text += ":" + self.random.choice(["", ">10", ".2f", "é"])
            while depth and self.random.random() < .6:
                text += self.field(depth - 1) + self.random.choice(["", "", "{{", "a", r"\n"])
        return "{" + text + "}"

    def laid_out(self, tokens):
        """The text, with space, continued lines and comments here and there."""
        text, depth, at_start = "", 0, True
        unit = self.random.choice([" ", "  ", "\t"])
        for token in tokens:
            if token == "NEWLINE":
                text += self.random.choice(["\n", "\n", "\n", " # c\n", "\n\n", "\r\n"])
                at_start = True
            elif token in LAYOUT:
                depth += 1 if token == "INDENT" else -1
            elif token:
                if at_start:
                    text += unit * depth
                elif joins(text[-1], token[0]):
                    text += self.random.choice([" "] * 8 + ["  ", " \\\n "])
                elif self.random.random() < .2:
                    text += " "
                text, at_start = text + token, False
        return text


def joins(left, right):
    """Whether two tokens could be read as one."""
    word = [character.isalnum() or character in "_'\".\\" or not character.isascii() for character in (left, right)]
    return all(word) or not any(word) and left in "<>=!*/:-+&|^%@" and right in "<>=*/-+!"
