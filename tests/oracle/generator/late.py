"""Programs that parse, with mistakes in them that only the compiler finds, several at a time.

Which of two mistakes is reported shows when each is looked for: with the symbol table, or where the code for that part
is made. So what may not stand outside functions, or in `except*`, and names that may not be bound stand in every kind of
place. A template is filled from left to right: E is an expression, T a target, N a name, P a pattern, B a body, K a keyword
argument, A a list of parameters, Y type parameters; ~ is a line end at the indentation of the statement.
"""
import random
import re

NAMES = "__debug__|__debug__|a|b|c|d|__a|self|x".split("|")
EXPRESSIONS = """\
a|b|0j|'s'|None|__debug__|(await E)|(await E)|(yield E)|(yield)|(yield from E)|E.N|E[E]|E[E:E]|f(E)|f(K)|f(E, K)|f(K, K)|E(E, *E, K)
E.m(K)|E.m(E, **E)|__debug__(K)|__debug__[E]|0j(E)|'s'[E]|(E is 1)|(E < E < E)|(E and E)|(E if E else E)|(not E)|(-E)|(E + E)|(E, E)
[E, *E]|{E, E}|{E: E, **E}|(lambda A: E)|(lambda: E)|[E for T in E]|[E for T in E if E]|[E for T in E for T in E]
[E async for T in E]|{E async for T in E if E}|{E: E for T in E}|{E: E async for T in E}|{E for T in E}|(E for T in E)
(E async for T in E)|(E for T in E async for T in E)|f(E for T in E)|f'{ E }'|f'{ E !r:{ E }}'|f'{ E =}'|(N := E)|super().N""".replace("\n", "|").split("|")
TARGETS = "N|N|N|a|(T, T)|[T, *T]|(N)|E.N|a.N|E[E]|a[E:E]".split("|")
PATTERNS = "N|1|_|[P, P]|[P, *N]|{1: P, **N}|a.b|f(P, N=P)|f(N=P, N=P)|(P as N)|(1 or P)|(P or P)|{a.b: P}|(N, N)".split("|")
PATTERNS = [pattern.replace(" or ", " | ") for pattern in PATTERNS]
PARAMETERS = "|N|a, N|N=E|N, /, b=E|a=E, *N|*, N=E|*, N|**N|a, N=E, *c, d=E, **N|a, *N, x=E".split("|")
# In a lambda there are no annotations; in a `def` these too.
ANNOTATED = "N: E|a: E = E|*N: E|**N: E|a, /, b: E, *, c: E = E".split("|")
TYPE_PARAMETERS = "|||||[N]|[N: E]|[N: (E, E), *b]|[**N]|[N, b: E]|[a = E]|[N: E = E, *b = E]".split("|")
KEYWORDS = "N=E|b=E|c=E|b=E, N=E".split("|")
SIMPLE = """\
E|E|T = E|T = T = E|N += E|a.N += E|a[E] += E|N: E|N: E = E|(N): E|a.N: E|E.N: E = E|E[E]: E|E[E:E]: E = E|del T|del N, a.N|return
return E|return E|return 1|break|continue|raise E|await E|raise E from E|assert E|assert E, E|assert (E, E)|global N|nonlocal N|pass
import N|import a as N|import a.b as N|import N.b|from a import N|from a import N as N|from a import b as N, N
from __future__ import annotations|type N = E|type NY = E|import a, N""".replace("\n", "|").replace("NY", "N§").split("|")
COMPOUND = """\
if E:B|if E:B~else:B|while E:B|while E:B~else:B|for T in E:B|for T in E:B~else:B|async for T in E:B|async for T in E:B~else:B
with E:B|with E as T:B|with E as T, E as T:B|async with E:B|async with E as T, E:B|try:B~except E:B|try:B~except E as N:B~else:B
try:B~except:B~finally:B|try:B~finally:B|try:B~except* E:B|try:B~except* E:B|try:B~except* E as N:B~except* E:B~else:B~finally:B
try:B~except:B~except E:B|def N§(A):B|def N§(A):B|def N§(D) -> E:B|async def N§(A):B|async def f(D) -> E:B|def f():B
async def f():B|async def f():B|class N§:B|class N§(E, K):B|class N(E, *E, N=E):B|@E~@E~def N§(A):B|@E~class N§(K):B
match E:~ case P:C|match E:~ case P if E:C~ case P:C|match E:~ case 1:C~ case P:C""".replace("\n", "|").split("|")
TOKEN = re.compile(r"\b[ETNPKAD]\b|\bN(?=§)|§")


class Late:
    """One program. `seed` decides all of it."""

    def __init__(self, seed, version):
        del version
        self.random = random.Random(seed)
        self.size = 0
        around = self.random.choice(["", "", "def f():", "def f():", "async def f():", "class A:", "async def f():"])
        lines = [line for _ in range(self.random.choice([1, 1, 2])) for line in self.statement(2)]
        self.text = "".join(f"{line}\n" for line in ([around] + [f" {line}" for line in lines] if around else lines))

    def encoded(self):
        return self.text.encode()

    def filled(self, template, depth):
        return TOKEN.sub(lambda found: self.part(found[0], depth), template)

    def part(self, letter, depth):
        choice = self.random.choice
        if letter == "N":
            return choice(NAMES)
        kinds = {"E": EXPRESSIONS, "K": KEYWORDS, "T": TARGETS, "P": PATTERNS, "A": PARAMETERS, "D": ANNOTATED, "§": TYPE_PARAMETERS}[letter]
        self.size += 1
        if letter in "ETP" and (depth <= 0 or self.size > 40 or self.random.random() < 0.3):
            return choice({"E": ["a", "b", "0j"], "T": NAMES, "P": ["1", "_", "a", "__debug__"]}[letter])
        return self.filled(choice(kinds), depth - 1)

    def statement(self, depth):
        """The lines of a statement."""
        if depth <= 0 or self.random.random() < 0.4:
            return [self.filled(self.random.choice(SIMPLE), 3)]
        lines = []
        for line in self.random.choice(COMPOUND).split("~"):
            body = line[-1] if line[-1] in "BC" else ""
            lines.append(self.filled(line.removesuffix(body), 3))
            indent = {"B": " ", "C": "  "}.get(body)
            if indent:
                count = self.random.choice([1, 1, 1, 2])
                lines += [f"{indent}{inner}" for _ in range(count) for inner in self.statement(depth - 1)]
        return lines
