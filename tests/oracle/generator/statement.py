"""Statements: each method gives a list of (indentation, text), the text perhaps of several lines."""
from .expression import ATTRIBUTES, BINARY, GLOBALS, NAMES

MODULES = ["os", "os.path", "a.b.c", "é.ü", "__private.x", "_m"]


class Statement:
    """Mixed into the program."""

    def block(self, scope, indent, docstring=False):
        """The body of a compound statement, one level deeper."""
        indent += self.pick(["    ", "    ", "    ", "  ", "\t", " "])
        scope = scope.but(depth=scope.depth + 1)
        lines = []
        if docstring and self.chance(0.25):
            lines.append(indent + self.docstring())
        if docstring:
            lines += self.declarations(scope, indent)
        for _ in range(self.weigh([1, 2, 3, 4, 6], (5, 5, 3, 1, 0.5))):
            lines += self.statement(scope, indent)
            if self.budget < 0:
                break
        return lines

    def suite(self, head, scope, indent, docstring=False):
        """`head:` with its body, on the same line where that is possible."""
        if self.chance(0.12):
            body = "; ".join(self.simple(scope.but(depth=scope.depth + 2)) for _ in range(self.pick([1, 1, 2])))
            return [indent + head + ":" + self.pick([" ", "", "  "]) + body + self.pick(["", ";"])]
        return [indent + head + ":" + self.pick(["", "", "", " # c"])] + self.block(scope, indent, docstring)

    def docstring(self):
        return self.pick(['"""Doc."""', "'doc'", '"""\n   Several\n\n     lines\n   """', "'a' 'b'", "'qx_1'", "r'''\\d'''", "''",
                          '"""  led\n\tby tab\n"""', "('group')", "'é'", "f'not {x}'", "b'not'", "'''x\n'''; 'second'"])

    def declarations(self, scope, indent):
        lines = []
        if scope.function and self.chance(0.12):
            lines.append(indent + "global " + ", ".join(self.random.sample(GLOBALS + ["x", "v1"], self.pick([1, 2]))))
        elif scope.kind == "class" and self.chance(0.06):
            lines.append(indent + "global " + self.pick(GLOBALS + ["x"]))
        outer = [name for name in scope.parent.enclosing_parameters() if name not in scope.parameters] if scope.parent else []
        if outer and scope.kind != "module" and self.chance(0.25):
            lines.append(indent + "nonlocal " + self.pick(outer))
        return lines

    def statement(self, scope, indent):
        deep = scope.depth > 6 or self.budget < 0
        lines = [self.blank()] if self.chance(0.08) else []
        if deep or self.chance(0.5 + 0.03 * scope.depth):
            text = self.simple(scope)
            while self.chance(0.08):
                text += self.pick(["; ", ";", " ;"]) + self.simple(scope)
            return lines + [("\x0c" if not indent and self.chance(0.01) else "") + indent + text
                            + self.weigh(["", " ", ";", "  # comment é", "\t"], (40, 1, 1, 2, 0.5))]
        self.budget -= 1
        self.share()
        kinds = [self.if_, self.for_, self.while_, self.try_, self.with_, self.match_, self.definition, self.class_, self.odd,
                 self.flow, self.names]
        kind = self.weigh(kinds, (5, 4, 2.5, 5, 3, 2.5, 4, 2, 0.25, 2.5, 1.5))
        return lines + kind(scope, indent)

    def share(self):
        """How many expressions the next statement may have, about."""
        self.left = self.weigh([2, 5, 10, 20, 50], (4, 6, 5, 3, 1))

    def blank(self):
        return self.pick(["", "", "   ", "\t", "# comment", "     # é", "\x0c", "   \x0c", "\n" * self.pick([5, 40, 200])])

    # Simple statements.

    def simple(self, scope):
        kinds = [self.expression_statement, self.assign, self.augmented, self.annotated, self.leave, self.delete, self.raise_,
                 self.assert_, self.import_, self.alias, self.jump]
        self.budget -= 1
        self.share()
        return self.weigh(kinds, (6, 8, 2, 1.5, 2, 1, 1, 1.2, 1.2, 0.4, 2.5))(scope)

    def expression_statement(self, scope):
        if self.chance(0.06):
            return self.constant(scope)
        if scope.may_yield and self.chance(0.3):
            return self.yielded(scope)
        return self.expressions(scope)

    def target(self, scope, depth=0, star=False):
        kind = self.weigh(["name", "attribute", "subscript", "tuple", "list", "group"],
                                   (8, 2, 1.5, 1.5 - 0.5 * depth, 0.5, 0.2))
        if star:
            return "*" + self.target(scope, 2)
        if kind == "name" or depth > 2:
            return self.weigh([self.pick(NAMES[:8] + NAMES[9:]), self.pick(GLOBALS), self.pick(scope.parameters or ["x"])],
                                       (6, 1, 1))
        if kind == "attribute":
            return self.name(scope) + "." + self.pick(ATTRIBUTES)
        if kind == "subscript":
            return self.name(scope) + "[" + self.slices(self.inside(scope)) + "]"
        if kind == "group":
            return "(" + self.target(scope, depth + 1) + ")"
        count = self.pick([0, 1, 2, 2, 3])
        starred = self.random.randrange(count) if count and self.chance(0.25) else None
        parts = [self.target(scope, depth + 1, number == starred) for number in range(count)]
        if kind == "list":
            return "[" + ", ".join(parts) + "]"
        return "(" + ", ".join(parts) + ("," if count == 1 else "") + ")"

    def open_target(self, scope):
        if self.chance(0.2):
            count = self.pick([1, 2, 2, 3])
            starred = self.random.randrange(count) if self.chance(0.25) else None
            parts = [self.target(scope, 1, number == starred) for number in range(count)]
            return ", ".join(parts) + ("," if count == 1 else "")
        return self.target(scope)

    def assign(self, scope):
        targets = [self.open_target(scope) for _ in range(self.weigh([1, 2, 3], (12, 1, 0.5)))]
        if self.chance(0.08):
            names = self.random.sample(["x", "y", "z", "v1"], self.pick([2, 3]))
            values = list(names)
            self.random.shuffle(values)
            return ", ".join(names) + " = " + ", ".join(values)
        value = self.yielded(scope) if scope.may_yield and self.chance(0.2) else self.expressions(scope)
        if self.chance(0.08):
            value = self.folded(scope)
        elif self.chance(0.05):
            value = self.logic(scope)
        return (self.pick([" = ", " = ", "="])).join(targets + [self.gap(scope) + value])

    def augmented(self, scope):
        target = self.pick([self.pick(NAMES[:8]), self.name(scope) + "." + self.pick(ATTRIBUTES),
                            self.primary(self.down(scope)) + ".x",
                            self.name(scope) + "[" + self.slices(self.inside(scope)) + "]", self.pick(GLOBALS)])
        value = self.yielded(scope) if scope.may_yield and self.chance(0.1) else self.expressions(scope)
        return target + " " + self.pick(BINARY) + "= " + value

    def annotated(self, scope):
        target = self.pick(["an1", "an2", "__an3", "(an4)", "x.attr", "x[0]", "é1", self.name(scope) + "." + self.pick(ATTRIBUTES)])
        value = " = " + self.expressions(scope) if self.chance(0.5) else ""
        return target + ": " + self.annotation(scope) + value

    def leave(self, scope):
        if not scope.function or scope.stays:
            return "pass"
        if scope.kind == "async generator" or self.chance(0.3):
            return "return"
        return "return " + self.expressions(scope)

    def jump(self, scope):
        if scope.loop and not scope.barred:
            return self.pick(["break", "continue"])
        return self.leave(scope) if self.chance(0.5) else "pass"

    def delete(self, scope):
        def one(depth=0):
            kind = self.weigh(["name", "attribute", "subscript", "tuple", "list"], (6, 2, 2, 1, 0.5))
            if kind == "name" or depth > 1:
                return self.pick(NAMES[:8] + GLOBALS)
            if kind == "attribute":
                return self.name(scope) + "." + self.pick(ATTRIBUTES)
            if kind == "subscript":
                return self.name(scope) + "[" + self.slices(self.inside(scope)) + "]"
            parts = [one(depth + 1) for _ in range(self.pick([0, 1, 2, 3]))]
            if kind == "list":
                return "[" + ", ".join(parts) + "]"
            return "(" + ", ".join(parts) + ("," if len(parts) == 1 else "") + ")"
        return "del " + ", ".join(one() for _ in range(self.pick([1, 1, 2, 3]))) + self.pick(["", "", ","])

    def raise_(self, scope):
        return "raise" + self.pick(["", " " + self.test(scope), " " + self.test(scope) + " from " + self.pick(
            [self.test(scope), "None"])])

    def assert_(self, scope):
        return "assert " + self.pick([self.test(scope), self.test(scope), "0", "(x, 'always')", "__debug__", "'s'"]) + self.pick(
            ["", ", " + self.test(scope), ", 'message'"])

    def import_(self, scope):
        def alias(name):
            return name + (" as " + self.pick(NAMES) if self.chance(0.35) else "")
        lazy = "lazy " if self.version >= (3, 15) and self.chance(0.3 if scope.kind == "module" and not scope.depth else 0.02) else ""
        if self.chance(0.4):
            return lazy + "import " + ", ".join(alias(self.pick(MODULES)) for _ in range(self.pick([1, 1, 2])))
        if scope.kind == "module" and scope.depth == 0 and self.chance(0.2):
            return "from " + self.pick(MODULES) + " import *"
        source = self.pick([".", "..", "...", ". .", ".a.b", "..é"] + MODULES)
        names = ", ".join(alias(self.pick(["name", "é", "x", "ﬁ", "__priv"])) for _ in range(self.pick([1, 2, 3])))
        return f"{lazy}from {source} import " + (f"({names})" if self.chance(0.2) else names)

    def alias(self, scope):
        name = self.pick(["Alias", "é2", "__Hidden", "T1"])
        if self.version < (3, 12):
            return name
        return f"type {name}{self.type_parameters(scope)} = {self.annotation(scope)}"

    def type_parameters(self, scope, often=0.5):
        if not self.chance(often) or self.version < (3, 12):
            return ""
        parts, defaulted = [], False
        names = self.random.sample(["T1", "T2", "__T", "Té", "P1"], self.pick([1, 1, 2, 3]))
        for name in names:
            kind = self.weigh(["", "*", "**"], (6, 1, 1))
            text = kind + name
            if not kind and self.chance(0.3):
                text += ": " + self.pick(["int", "(int, str)", "(int, *x)", self.annotation(scope)])
            defaulted = defaulted or self.version >= (3, 13) and self.chance(0.2)
            if defaulted:
                text += " = " + ("*" + self.name(scope) if kind == "*" and self.chance(0.5) else self.annotation(scope))
            parts.append(text)
        return "[" + ", ".join(parts) + "]"

    # Compound statements.

    def truth(self, scope):
        if self.chance(0.3):
            return self.logic(scope)
        if self.chance(0.15):
            return self.pick(["0", "1", "True", "False", "None", "__debug__", "not __debug__", "()", "'s'", "...", "not x", "x is None",
                              "x is not None", "1 and x", "x or 1", "'' or x", "not (x and y)", "0 < x < 10", "(x := y)" if not
                              scope.no_walrus else "x"])
        return self.named(scope)

    def if_(self, scope, indent):
        lines = self.suite("if " + self.truth(scope), scope, indent)
        while self.chance(0.2):
            self.share()
            lines += self.suite("elif " + self.truth(scope), scope, indent)
        if self.chance(0.35):
            lines += self.suite("else", scope, indent)
        return lines

    def for_(self, scope, indent):
        word = "async for" if scope.may_await and self.chance(0.4) else "for"
        source = self.expressions(scope)
        if self.chance(0.15):
            source = self.pick(["(1, 2, 3)", "[1, 2]", "[x, y]", "{1, 2}", "range(10)", "()", "'abc'", "(x for x in y)"])
        lines = self.suite(f"{word} {self.open_target(scope)} in {source}", scope.but(loop=True, barred=False), indent)
        if self.chance(0.2):
            lines += self.suite("else", scope, indent)
        return lines

    def while_(self, scope, indent):
        lines = self.suite("while " + self.truth(scope), scope.but(loop=True, barred=False), indent)
        if self.chance(0.2):
            lines += self.suite("else", scope, indent)
        return lines

    def try_(self, scope, indent):
        lines = self.suite("try", scope, indent)
        handlers = self.weigh([0, 1, 2, 3], (2, 6, 2, 0.5))
        star = self.chance(0.25)
        for number in range(handlers):
            kind = self.pick(["E", "(A, B)", "x.Error", "A, B" if self.version >= (3, 14) else "(A, B)",
                              self.test(self.down(scope))])
            head = f"except{'*' if star else ''} {kind}"
            if self.chance(0.5) and kind != "A, B":
                head += " as " + self.pick(["e", "exc", "x", "__e"])
            elif not star and number == handlers - 1 and self.chance(0.3):
                head = "except"
            lines += self.suite(head, scope.but(barred=True, stays=True, loop=False) if star else scope, indent)
        if handlers and self.chance(0.25):
            lines += self.suite("else", scope, indent)
        if not handlers or self.chance(0.35):
            lines += self.suite("finally", scope, indent)
        return lines

    def with_(self, scope, indent):
        word = "async with" if scope.may_await and self.chance(0.5) else "with"
        group = self.chance(0.25)
        inner = self.inside(scope) if group else scope
        items = []
        for _ in range(self.weigh([1, 2, 3], (6, 2, 1))):
            item = self.primary(inner)
            if self.chance(0.5):
                item += " as " + self.target(inner)
            items.append(item)
        text = ("," + self.gap(inner)).join(items)
        if group:
            text = f"({self.gap(inner)}{text}{self.pick(['', ','])})"
        return self.suite(f"{word} {text}", scope, indent)

    def match_(self, scope, indent):
        lines = [indent + f"match {self.expressions(scope)}:"]
        deeper = indent + self.pick(["    ", " ", "\t"])
        count = self.weigh([1, 2, 3, 4], (3, 4, 2, 1))
        for number in range(count):
            guard = " if " + self.truth(scope) if self.chance(0.25) else ""
            lines += self.suite(f"case {self.case_pattern(number == count - 1 or guard != '')}{guard}", scope, deeper)
        return lines

    def decorators(self, scope, indent):
        return [indent + "@" + self.named(self.down(scope)) for _ in range(self.weigh([0, 1, 2], (8, 2, 1)))]

    def definition(self, scope, indent):
        kind = self.weigh(["def", "generator", "async def", "async generator"], (6, 2, 2, 1.5))
        lines = self.decorators(scope, indent)
        parameters, names = self.parameter_list(scope, annotated=True)
        name = self.pick(["f", "g", "method", "__hidden", "é", "__init__", "x", "inner"])
        result = " -> " + self.annotation(scope) if self.chance(0.2) else ""
        head = f"{'async ' if kind.startswith('async') else ''}def {name}{self.type_parameters(scope, 0.12)}({parameters}){result}"
        inner = scope.but(kind=kind, parent=scope, parameters=tuple(names), loop=False, barred=False, stays=False, comprehension=False,
                          annotation=False, no_walrus=False)
        return lines + self.suite(head, inner, indent, docstring=True)

    def class_(self, scope, indent):
        lines = self.decorators(scope, indent)
        name = self.pick(["A", "B", "__C", "É", "Meta"])
        bases = self.pick(["", "", "()", "(Base)", "(A, metaclass=M)", "(*x, **y)", "(" + self.arguments(self.inside(scope)) + ")"])
        if bases.startswith("(") and " for " in bases:
            bases = "(Base)"
        inner = scope.but(kind="class", parent=scope, loop=False, barred=False, stays=False, comprehension=False, annotation=False,
                          no_walrus=False)
        return lines + self.suite(f"class {name}{self.type_parameters(scope, 0.15)}{bases}", inner, indent, docstring=True)
