#!/usr/bin/env python3
"""Compares errors and warnings in odd sources: exception, message, lines, columns and the line that is shown.

    tests/oracle/error_lines.py BINARY [--count N] [--seed S] [--only 3.X.Y]... [--late] [--raise] [--show N] [--save FOLDER]
                                < "VERSION<TAB>PYTHON" lines (tools/reference-pythons)

The sources are random statements with mistakes in them, in many encodings: with byte order marks, long lines, strings
over several lines, letters that are not ASCII, bytes that are not text. CPython compiles each in a process of its own,
from a file, since it reads the line of an error again. `--raise` turns every warning into an error.

`--late` makes sources that parse, with several mistakes that only the compiler finds (`generator.Late`).

What is known to differ is counted apart: under `error` filters, 3.12 and 3.13 do not fold `~True`.
"""
import argparse
import collections
import codecs
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

from generator import Late

WORKER = r"""
import json, os, signal, sys, warnings
action = sys.argv[1]
def one(name):
    with open(name, "rb") as file:
        source = file.read()
    error = None
    with warnings.catch_warnings(record=True) as log:
        warnings.simplefilter(action)
        try:
            compile(source, name, "exec", dont_inherit=True, optimize=0)
        except SyntaxError as failure:
            place = [failure.lineno, failure.offset, failure.end_lineno, failure.end_offset]
            error = [type(failure).__name__, str(failure.msg), *place, failure.text]
        except Exception as failure:
            error = [type(failure).__name__, str(failure), None, None, None, None, None]
    return [[w.category.__name__, str(w.message), w.lineno if w.filename == name else None] for w in log], error
for name in sys.stdin.read().split("\0")[:-1]:
    sys.stdout.flush()
    if sys.platform == "emscripten":
        print(json.dumps(one(name)))
        continue
    child = os.fork()
    if not child:
        signal.alarm(60)
        try:
            answer = one(name)
        except BaseException as failure:
            answer = [], [type(failure).__name__, "", None, None, None, None, None]
        print(json.dumps(answer), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print('[[], ["died", "", null, null, null, null, null]]')
"""
LETTERS = {
    "utf-8": "é日𝒳", "latin-1": "éß", "cp1252": "é’", "iso-8859-15": "é€", "koi8-r": "жщ", "cp1251": "жщ",
    "shift_jis": "日本ア", "cp932": "日ア", "euc-jp": "日本ア", "gbk": "中文", "big5": "中文", "euc-kr": "가", "utf-7": "é日",
    "cp437": "éß", "mac-roman": "é†", "iso2022_jp": "日本", "utf-8-sig": "é日", "ascii": "é", "nope": "é", "utf-16": "é",
}
# About the 999 bytes that CPython reads of a line, in one, two and three bytes.
LENGTHS = [5, 30, 333, 480, 498, 499, 500, 660, 666, 960, 985, 990, 995, 996, 997, 998, 999, 1000, 1005, 1500, 1998, 2010]
ESCAPES = ["\\d", "\\z", "\\400", "\\n", "\\N{BULLET}", "\\N{", "\\N", "\\x4", "\\u12", "\\xzz", "\\ ", "\\{", "\\}", "\\777",
           "\\N{{", "\\U0011ffff", "\\\n", "\\é", "{{", "}}", "{"]
FIELDS = ["{x}", "{", "}", "{x!r}", "{x!z}", "{x:>{y}}", "{x=}", "{x y}", "{}", "{a:é}", "{!r}", "{x:\\d}", "{\n}", "{1 2}", "{#}",
          '{f"\\d"}', "{x!}", "{*}", "{yield}", "{x=!r:^20}", "{x,}", "{1if x else y}", "{x:\\N{B}}"]
NUMBERS = ["1", "0x1g", "1_", "0777", "1e", "1.5j", "0b2", "1if", "0xfor", "1__0", "1and 2", "0o8", "5in x", "9if 1else 2"]
NAMES = ["~True", "~False", "None", "True", "...", "__debug__", "[]", "{}", "(1, 2)", "{1: 2}", "mat", "_", "lazy"]
OPERATORS = ["+", "==", "is", "is not", "and", "if", "in", ":=", ".", "?", "!", "$", "=", "<>", "if 1 else", "**", "for"]
ARGUMENTS = ["a=1, b", "x for x in y, 1", "**a, *b", "1=2", "a.b=1", "True=1", ""]
# E stands for an expression, N for a name, F for a run of letters.
STATEMENTS = """E = E|return E|break|import N.N as E|from N import *|global N|nonlocal N|assert (E, E)|del E|print E|E += 1
raise E, E|from __future__ import N|E: E = E|x = E; y = E|exec E|for E in E: pass|with E as E: pass|class N(E): pass
def N(N, N): E|def f(N=1, N): pass|type N = E|async def f(): E|try: E~finally: E|try: pass~except E, E: pass|if E:~E
if E~  E|match E:~ case E: pass|def f():~  E~ E|if 1:~\tE~        E|def f():~  N = 1~  global N|import E|@E~def f(): pass
from . import (N, N,|for x in y:~  try: pass~  finally:~    break|class A:~  E|while E: E|elif E: pass|  E|E \\ E|E \\~E
{E: E, E}|[E for E in E]|(E|E)|[E)|lazy import N|E\x0cE|FE|"F" E E|N F = E|x = "F" + E|x = E # F|{**E for x in E}
except* E: pass|def f(a, *): pass|f(E=E)|(E for N E in E)|print [E for N E]|f(**E, *E)|N(x for x in E, E)|async with E: pass|async for N in E: pass|"F" E
N = N = await E|x = yield|if 1:~  x = E~ y = E|N = E|N = E|N = E|E|E|x = "NF"|y = "NF\\d" E""".replace("\n", "|").split("|")


class Source:
    """A random source."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.codec = self.dice.choice(list(LETTERS)) if self.dice.random() < 0.6 else "utf-8"
        self.letters = LETTERS[self.codec]

    def name(self):
        letters = "".join(self.dice.choice(self.letters + "abxy") for _ in range(self.dice.randint(1, 3)))
        return "".join(letter for letter in letters if letter.isidentifier()) or "q"

    def run(self):
        """Letters, sometimes so many that the line is long."""
        if self.dice.random() < 0.8:
            return ""
        letter = self.dice.choice(self.letters + "aaa")
        size = len(letter.encode(self.codec if self.codec not in ("nope", "utf-16") else "utf-8", "replace"))
        return letter * ((self.dice.choice(LENGTHS) + self.dice.randint(-12, 3)) // size)

    def string(self):
        choice, chance = self.dice.choice, self.dice.random
        prefix = choice(["", "", "", "", "f", "t", "b", "r", "rb", "rf", "u", "br", "F"])
        quotes = choice(["'", '"', "'", '"', "'''", '"""'])
        body = ""
        for _ in range(self.dice.randint(0, 3)):
            kinds = [self.name, self.run, lambda: choice(ESCAPES), lambda: choice(["a", "b ", " c", "=", ""])]
            if len(quotes) == 3:
                kinds.append(lambda: "\n" + self.run())
            if prefix in ("f", "t", "rf", "F"):
                kinds += [lambda: choice(FIELDS)] * 2
            body += choice(kinds)()
        return prefix + quotes + body + (quotes if chance() < 0.93 else "")

    def atom(self):
        choice = self.dice.choice
        kind = self.dice.random()
        if kind < 0.35:
            return choice([" ", "  ", "\\\n"]).join(self.string() for _ in range(choice([1, 1, 2, 2, 3])))
        if kind < 0.6:
            return self.name()
        if kind < 0.7:
            return choice(NUMBERS)
        if kind < 0.8:
            return f"({self.expression()})"
        if kind < 0.87:
            return choice(NAMES)
        if kind < 0.93:
            return f"[{self.atom()}, {self.atom()}]"
        return f"{self.atom()}({choice(ARGUMENTS)})" if kind < 0.97 else f"{self.atom()}[{self.atom()}]"

    def expression(self):
        choice = self.dice.choice
        kind = self.dice.random()
        if kind < 0.4:
            return self.atom()
        if kind < 0.7:
            return f"{self.atom()} {choice(OPERATORS)} {self.atom()}"
        if kind < 0.8:
            return f"{self.atom()} {self.atom()}"
        if kind < 0.9:
            return f"({self.atom()}\n  {self.run()} {self.atom()})"
        return choice(["lambda: ", "not ", "-", "await ", "yield ", "*", "**", "lambda x, x: "]) + self.atom()

    def statement(self):
        made = {"E": self.expression, "N": self.name, "F": self.run, "~": lambda: "\n"}
        text = "".join(made[part]() if part in made else part
                       for part in re.split(r"(\b[ENF]\b|F(?=E)|(?<=N)F|\bN(?=F)|E(?=$)|~)", self.dice.choice(STATEMENTS)))
        return text + self.dice.choice(["", "", "", " # " + self.name() + self.run()])

    def encoded(self):
        chance, choice = self.dice.random, self.dice.choice
        lines = []
        if self.codec != "utf-8" or chance() < 0.2:
            if chance() < 0.3:
                lines.append(choice(["", "#!/usr/bin/python", "# " + self.name(), "# " + self.run()]))
            lines.append(choice(["# coding: %s", "# -*- coding: %s -*-", f"#{self.name()} coding=%s"]) % self.codec)
        lines += [self.statement() for _ in range(choice([1, 1, 1, 2, 2, 3]))]
        text = "\n".join(lines) + ("\n" if chance() < 0.75 else "")
        if chance() < 0.05:
            text += choice([" ", "\t", "#", "\\", "\x0c", "   \n", "\n\n", "  # é"])
        text = text.replace("\n", choice(["\n"] * 6 + ["\r\n", "\r"]))
        codec = "utf-8" if self.codec in ("nope", "utf-16", "utf-8-sig") else self.codec
        try:
            data = text.encode(codec)
        except UnicodeError:
            data = b"".join(letter.encode(codec, "ignore") or choice([b"?", letter.encode()]) for letter in text)
        if chance() < 0.06:
            at = self.dice.randrange(len(data) + 1)
            odd = [b"\xe9", b"\xff", b"\xe6\x97", b"\x80", b"\xed\xa0\x80", b"\x00", codecs.BOM_UTF8, b"\xc2\xa0", b"\x0c"]
            data = data[:at] + choice(odd) + data[at:]
        return (codecs.BOM_UTF8 if chance() < (0.2 if codec == "utf-8" else 0.03) else b"") + data


def theirs(python, folder, names, action):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run([python, "-I", "-S", "-c", WORKER, action], input="".join(name + "\0" for name in names),
                          stdout=subprocess.PIPE, cwd=folder, check=True, text=True, env=environment)
    return [json.loads(line) for line in done.stdout.splitlines()]


def ours(binary, version, folder, names, action):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [binary, "compile", "--check", "--engine", "native", "--python", version, "--optimize", "0", "-W", action,
               "--message-format", "json", "-q", "-0", "-"]
    done = subprocess.run(command, input="\0".join(names).encode(), capture_output=True, cwd=folder, env=environment)
    if done.returncode not in (0, 1):
        sys.exit(f"pycompile exited {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    found = {}
    for line in done.stdout.decode("utf-8", "surrogatepass").split("\n")[:-1]:
        message = json.loads(line)
        if "path" in message and "warnings" in message:
            error = message["error"] and [message["error"][key] for key in
                                          ("type", "message", "line", "column", "end_line", "end_column", "text")]
            warned = [[warning["type"], warning["message"], warning["line"]] for warning in message["warnings"]]
            found[message["path"]] = [warned, error]
    return [found[name] for name in names]


def comparable(answer):
    """Without the line of `~True`, which is one of another file, and the end of a shown line."""
    warned, error = answer
    warned = [[kind, words, None if kind == "DeprecationWarning" else line] for kind, words, line in warned]
    return [warned, error and [*error[:6], (error[6] or "").rstrip("\n")]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=os.path.abspath)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--late", action="store_true")
    parser.add_argument("--raise", dest="action", action="store_const", const="error", default="always")
    parser.add_argument("--show", type=int, default=10)
    parser.add_argument("--save", type=pathlib.Path)
    options = parser.parse_args()
    pythons = [line.split("\t") for line in sys.stdin.read().splitlines()]
    pythons = [pair for pair in pythons if pair[0] in options.only or not options.only and re.match(r"3\.1[1345]\.", pair[0])]
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.save or pathlib.Path(scratch)
        folder.mkdir(exist_ok=True)
        names = [f"p{number:05}.py" for number in range(options.count)]
        for number, name in enumerate(names):
            seed = f"{options.seed}/{number}"
            source = Late(seed, "3.13") if options.late else Source(seed)
            (folder / name).write_bytes(source.encoded())
        for version, python in pythons:
            counts = collections.Counter(programs=len(names))
            expected = theirs(python, folder, names, options.action)
            for name, one, other in zip(names, expected, ours(options.binary, version, folder, names, options.action)):
                one, other = comparable(one), comparable(other)
                counts["refused"] += bool(one[1])
                if one == other:
                    continue
                unfolded = version.startswith(("3.12", "3.13")) and options.action == "error" and b"~" in (folder / name).read_bytes()
                kind = "not folded" if unfolded else "accepted by one" if bool(one[1]) != bool(other[1]) else "different"
                counts[kind] += 1
                wrong += not unfolded
                if counts[kind] <= options.show and not unfolded:
                    shown = f"{version} {name}: {other}\n    expected {one}"
                    print(re.sub(r"(.)\1{9,}", lambda run: f"<{len(run[0])} times {run[1]}>", shown))
            print(version, ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    if not pythons or len({version for version, _ in pythons} & set(options.only)) < len(set(options.only)):
        sys.exit("not every release that was asked for is there")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
