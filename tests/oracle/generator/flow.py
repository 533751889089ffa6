"""Ways through a function: loops, handlers and what leaves them, nested deep, with little in them; and conditions."""

SIMPLE = ["f()", "f(x)", "x = y", "x = 1", "y = f(z)", "x, y = y, x", "del x", "del y, z", "x += 1", "x", "pass", "1", "'s'",
          "assert x", "assert x and y, z", "import x", "x: int = y", "x.a = y", "x[0] = z", "lambda: x", "[x for x in y]",
          "f(x)(y)", "print(x, y, z)", "x = y = z", "g1 = x", "x = (y, z)", "None", "x = None", "y.m(x)"]
TESTS = ["x", "y", "x", "z", "0", "1", "None", "True", "False", "x.y", "f()", "x is None", "x is not None", "x < y < z", "x in y",
         "x not in (1, 2)", "x in {1, 2}", "'s'", "''", "()", "(1,)", "...", "-1", "__debug__", "x == 1 != y", "x is y is None",
         "0 < x <= 9 < y", "not x", "x[0]", "(x, y)", "[]", "{}", "f'{x}'", "lambda: x", "not 1", "x + 1", "1 + 1", "x if y else z",
         "None is None", "x == None", "b''", "0.0", "[x]", "{x}", "[*x]"]


class Flow:
    """Mixed into the program."""

    def flow(self, scope, indent):
        self.room = self.pick([4, 6, 9, 14, 20])
        self.budget -= 2
        return self.knot(scope, indent, 0)

    def ways_out(self, scope):
        ways = ["raise", "raise x", "raise x from y"]
        if scope.loop and not scope.barred:
            ways += ["break", "continue"] * 4
        if scope.function and not scope.stays:
            ways += ["return"] * 3
            if scope.kind != "async generator":
                ways += ["return x", "return 1", "return None", "return f(x)", "return x and y", "return x if y else z",
                         "return (x, y)"] + ["return (yield)", "return (yield from x)"] * (scope.kind == "generator")
        if scope.may_await:
            ways += ["await f()", "x = await y", "await x.y(z)"]
            if scope.kind == "async def" and not scope.stays:
                ways += ["return await f()"]
        if scope.kind.endswith("generator"):
            ways += ["yield", "yield x", "x = yield y"] + ["yield from x"] * (scope.kind == "generator")
        return ways

    def leaf(self, scope):
        return self.pick(self.ways_out(scope)) if self.chance(0.45) else self.pick(SIMPLE)

    def knot(self, scope, indent, depth):
        lines = []
        for _ in range(self.weigh((1, 2, 3, 4), (6, 4, 2, 0.5))):
            if self.room <= 0 or depth > 7 or (depth and self.chance(0.35)):
                lines.append(indent + self.leaf(scope))
            else:
                self.room -= 1
                kinds = (self.fork, self.circle, self.attempt, self.guarded, self.choice)
                lines += self.weigh(kinds, (4, 5, 6, 3, 1))(scope, indent, depth + 1)
            if self.chance(0.02):
                lines += self.pick([[""] * 3, [""] * 140, ["#"]])
        return lines

    def below(self, head, scope, indent, depth):
        if self.chance(0.2):
            return [f"{indent}{head}: " + "; ".join(self.leaf(scope) for _ in range(self.pick([1, 1, 2])))]
        return [f"{indent}{head}:", *self.knot(scope, indent + " ", depth)]

    def fork(self, scope, indent, depth):
        lines = self.below(f"if {self.logic(scope)}", scope, indent, depth)
        while self.chance(0.2):
            lines += self.below(f"elif {self.logic(scope)}", scope, indent, depth)
        return lines + (self.below("else", scope, indent, depth) if self.chance(0.4) else [])

    def circle(self, scope, indent, depth):
        inner = scope.but(loop=True, barred=False)
        if self.chance(0.4):
            head = "while " + (self.pick(["1", "True", "x"]) if self.chance(0.4) else self.logic(scope))
        else:
            word = "async for" if scope.may_await and self.chance(0.5) else "for"
            head = f"{word} {self.pick(['x', 'y', 'x, y', 'x.a', '[x, *y]', 'g1'])} in " + self.pick(
                ["x", "f(y)", "(1, 2)", "[1, 2]", "()", "x, y", "[x, y]", "range(3)", "(z for z in x)", "{1, 2}", "'ab'"])
        lines = self.below(head, inner, indent, depth)
        return lines + (self.below("else", scope, indent, depth) if self.chance(0.3) else [])

    def attempt(self, scope, indent, depth):
        lines = self.below("try", scope, indent, depth)
        handlers = self.weigh((0, 1, 2, 3), (5, 6, 2, 0.5))
        star = self.chance(0.15)
        inner = scope.but(barred=True, stays=True, loop=False) if star else scope
        for number in range(handlers):
            head = "except*" if star else "except"
            if star or number < handlers - 1 or self.chance(0.6):
                head += self.pick([" E", " E as x", " (E, F) as e", " x.E", " f(x) as y", " E as x"])
            lines += self.below(head, inner, indent, depth)
        if handlers and self.chance(0.3):
            lines += self.below("else", scope, indent, depth)
        if not handlers or self.chance(0.3):
            lines += self.below("finally", scope, indent, depth)
        return lines

    def guarded(self, scope, indent, depth):
        word = "async with" if scope.may_await and self.chance(0.5) else "with"
        items = self.pick(["x", "x as y", "f(x) as y", "x, y", "x as y, z as x", "(x as y, z)", "x as (y, z)", "x as y.a", "x as y[0]"])
        return self.below(f"{word} {items}", scope, indent, depth)

    def choice(self, scope, indent, depth):
        lines = [f"{indent}match {self.pick(['x', 'x, y', 'f(x)', '(x, *y)', '1'])}:"]
        for _ in range(self.pick([1, 2, 3])):
            pattern = self.pick(["1", "'a' | 'b'", "[x, y]", "[x, *_, y]", "{'k': x, **y}", "E(x, a=y)", "x.y", "None", "(1 | 2) as x",
                                 "[]", "[1, [2, x]]", "E()", "-1", "[E(x), _]", "{}", "[*x]"])
            guard = f" if {self.logic(scope)}" if self.chance(0.35) else ""
            lines += self.below(f"case {pattern}{guard}", scope, indent + " ", depth)
        if self.chance(0.4):
            lines += self.below("case " + self.pick(["_", "z", "(_)"]), scope, indent + " ", depth)
        return lines

    def logic(self, scope, depth=0):
        """A condition of little things."""
        if depth > 3 or self.chance(0.3):
            if self.chance(0.1) and not scope.no_walrus and not scope.annotation:
                return f"(x := {self.pick(TESTS)})"
            text = self.pick(TESTS)
            return f"({text})" if text.startswith("lambda") or " if " in text else text
        kind = self.weigh(("and", "or", "not", "if", "compare"), (4, 4, 2, 1, 1))
        if kind == "not":
            return f"(not {self.logic(scope, depth + 1)})"
        if kind == "if":
            one, other, third = (self.logic(scope, depth + 1) for _ in range(3))
            return f"({one} if {other} else {third})"
        if kind == "compare":
            text = f"({self.logic(scope, depth + 2)})"
            for _ in range(self.pick([1, 2, 3])):
                text += f" {self.pick(['<', '==', 'is', 'in', 'not in', '!=', 'is not'])} ({self.logic(scope, depth + 2)})"
            return f"({text})"
        text = f" {kind} ".join(self.logic(scope, depth + 1) for _ in range(self.pick([2, 2, 3])))
        return f"({text})" if depth or self.chance(0.3) else text
