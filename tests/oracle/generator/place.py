"""Pieces of programs in places that they fit and do not fit.

A grammar says of each place what may stand there, and a parser that was written by hand may take a little more or less.
So every piece is put into every place: a target where an expression belongs, a parenthesised name where a name does, a
pattern of another kind. Most of what comes out is no program; both compilers must then say so.
"""
import random

HOLE = "§"
LINE_END = "¶"
PIECES = """\
a|a.b|a[0]|a()|(a)|(a).b|(a)[0]|(a)()|(a.b).c|(a()).b|a, b|(a, b)|[a, b]|[a]|()|[]|a,|(a),|*a|(*a)|(*a,)|*(a)|*a.b|*a, b
1|-1|+1|1+2j|(1)+2j|1+(2j)|-(1)|1.5|2j|'s'|'s' 't'|b's'|f''|f'{a}'|None|(None)|True|...|_|(_)|__debug__|__class__
a + b|(a + b)|(a) == b|a == b|not a|a or b|(a) or b|a if b else c|(a) if b else c|lambda: a|-a|a ** b|a := b|(a := b)
(a := b) == c|await a|yield|(yield)|yield a|{a}|{a: b}|{**a}|{**(a) == b}|[*a]|[*(a) == b]|a for a in b|(a for a in b)
[a for b in c]|{a: b for a in b}|{**a for a in b}|[*a for a in b]|(*a for a in b)|a as b|(a as b)|a as b.c|a = b|(a) = b
a: b|(a): b|*|**|/|**a|**(a)|a b|[a b]|a;|a!|a.1|a..b|a.(b)|a <> b|a not b|a is not b|a | b|(a) | b|a, *|*, a|/, a|a, /
match|case|type|lazy|print|import a|pass|del a|return|async|async a|a if b|a else b|1if a else b|1_|0777|'a'b|`a`|{1: a}
{1: (a)}|{(1): a}|{a.b: c}|{-1: a}|{+1: a}|{**a, 1: b}|a(b=c)|a((b)=c)|a(b=(c))|a(*b)|a(_=b)|a(b, c=d)|a(c=d, b)|[a, *b]
[(*a)]|(a, *b)|(§)|[§]|{§}|f(§)|(§).a|(§, a)|a, (§)|*(§)|{1: §}|a(b=§)|§ | a|f'{§}'|f'{a:{§}}'|f'{§!r:>{§}}'""".replace("\n", "|")
PLACES = """\
§|§ = a|§, a = b|a = §|a = b, §|a = *§, b|a: § = b|§: a|§: a = b|§ += a|a += §|(§ := a)|(a := §)|del §|del a, §|del (§)|return §
for § in a: b|for a in §: b|for a, § in b: c|[a for § in b]|[a for b in §]|[a for b in c if §]|[§ for a in b]|(§ for a in b)
{§ for a in b}|{§: a for b in c}|{a: § for b in c}|async for § in a: b|[a async for b in §]|with §: a|with a as §: b
with (§): a|with (a as §): b|with (a as b, §): c|with (§, a): b|with (§) as a: b|async with §: a|import §|import a as §
from a import §|from § import a|from a import (b, §)|from a import b as §|global §|nonlocal §|def §(): a|def a(§): b
def a(b, §): c|def a(b=§): c|def a(b, /, §): c|def a(*, §): b|def a(*b: §): c|def a(**§): b|def a(b: §): c|def a() -> §: b
lambda §: a|lambda a, §: b|lambda a=§: b|lambda: §|class §: a|class A(§): b|class A[§]: b|class A[T: §]: b|class A[*T = §]: b
type § = a|type A = §|type A[§] = b|type A[T = §] = b|a(§)|a(b, §)|a(§, b)|a(§=b)|a(b=§)|a(*§)|a(**§)|a(*b, §)|a(**b, §)|a[§]
a[§, b]|a[§:b]|a[b:§]|a.§|§.a|§[a]|§()|(§)|(§,)|[§]|[a, §]|{§}|{§: a}|{a: §}|{**§}|{a: b, §}|yield §|a = yield §
yield from §|await §|raise §|raise a from §|assert §|assert a, §|if §: a|while §: a|not §|-§|§ ** a|a + §|§ + a|a < §|§ or a
§ if a else b|a if § else b|a if b else §|f'{§}'|f'{§=}'|f'{§:a}'|f'{a:{§}}'|t'{§}'|'a' §|§ 'a'|print §|§;|a; §|@§¶def a(): b
@§¶class a: b|match §:¶ case a: b|match a:¶ case §: b|match a:¶ case [§]: b|match a:¶ case b, §: c|match a:¶ case (§): b
match a:¶ case {1: §}: b|match a:¶ case {§: b}: c|match a:¶ case {**§}: b|match a:¶ case b(§): c|match a:¶ case b(c=§): d
match a:¶ case b(§=c): d|match a:¶ case b if §: c|match a:¶ case [*§]: b|match a:¶ case § | 1: b|match a:¶ case 1 | §: b
match a:¶ case § as b: c|match a:¶ case b as §: c|match a:¶ case §(b): c|match a:¶ case §.b: c|try: a¶except §: b
try: a¶except b as §: c|try: a¶except* §: b|try: a¶except (§): b|try: a¶except b, §: c|try: §¶finally: a|try: a¶else: §
try: a¶else: §¶finally: b|if a: §¶else: b|while a: §¶else: b|lazy import §|lazy from § import a|lazy from a import §""".replace("\n", "|")
# `a | b` is one piece: what separates pieces has no space around.
PIECES = PIECES.replace(" | ", "\0").split("|")
PLACES = PLACES.replace(" | ", "\0").split("|")
AROUND = ["", "", "def f():\n", "async def f():\n", "async def f():\n", "class C:\n", "for q in b:\n"]


class Place:
    """One program. `seed` decides all of it; a newer version's syntax is for the older ones to refuse."""

    def __init__(self, seed, version):
        del version
        self.random = random.Random(seed)
        self.text = self.random.choice(AROUND)
        indent = " " * bool(self.text)
        lines = self.filled(self.random.choice(PLACES), 3).replace("\0", " | ").split(LINE_END)
        self.text += "".join(f"{indent}{line}\n" for line in lines)

    def encoded(self):
        return self.text.encode()

    def filled(self, text, depth):
        while HOLE in text:
            pieces = PIECES if depth else ["a"]
            text = text.replace(HOLE, self.filled(self.random.choice(pieces), max(depth - 1, 0)), 1)
        return text
