"""Expressions."""

NAMES = ["x", "y", "z", "v1", "v2", "v3", "value", "self", "item", "__private", "_u", "é", "ﬁn", "变量", "ªb", "cls", "n",
         "T1", "match", "type", "case", "_", "lazy"]
GLOBALS = ["g1", "g2", "g3", "g_é"]
PARAMETERS = ["a", "b", "c", "d", "e", "f", "k1", "k2", "__mangled", "param_ö"]
TARGETS = ["c1", "c2", "c3", "c4"]
WALRUS = ["w1", "w2", "w3"]
BUILTINS = ["len", "print", "all", "any", "tuple", "list", "set", "super", "__class__", "dict", "range", "__name__", "int",
            "Exception", "ValueError", "__classdict__", "__debug__", "__annotations__", "__doc__"]
ATTRIBUTES = ["attr", "real", "__dunder__", "__secret", "ﬁeld", "join", "é", "x", "append"]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^"]
COMPARISONS = ["==", "!=", "<", ">", "<=", ">=", "is", "is not", "in", "not in"]


class Expression:
    """Mixed into the program. The methods stand for the levels of the grammar."""

    def name(self, scope):
        pools = [NAMES, GLOBALS, PARAMETERS, TARGETS, WALRUS, BUILTINS]
        if scope.parameters and self.chance(0.35):
            return self.pick(scope.parameters)
        return self.pick(self.weigh(pools, (8, 2, 4, 2, 1, 2)))

    def spent(self, scope):
        """No deeper: the statement has had its share of expressions."""
        self.left -= 1
        return self.left < 0 or scope.depth > 14

    def down(self, scope):
        return scope.but(depth=scope.depth + 1)

    def inside(self, scope):
        return scope.but(depth=scope.depth + 1, brackets=scope.brackets + 1)

    def gap(self, scope):
        """A place where a line may be broken, if brackets or a backslash let it."""
        if scope.brackets:
            return self.weigh(["", " ", "\n", "\n    ", "\n\t", " # é\n", "\n\n", "\\\n", " \x0c", " " * 150, "\n" * 70],
                                       (60, 6, 2, 2, 1, 1, 0.5, 0.5, 0.2, 0.2, 0.1))
        return self.weigh(["", " ", " \\\n", " \\\n      "], (60, 5, 0.5, 0.5))

    def atom(self, scope):
        if self.spent(scope):
            return self.name(scope) if self.chance(0.65) else self.constant(scope.but(depth=9))
        kind = self.weigh(
            ["name", "constant", "formatted", "template", "group", "tuple", "list", "set", "dict", "comprehension",
             "generator", "long"],
            (10, 8, 3, 1.5, 4, 3, 3, 1.5, 3, 2.5, 1, 0.1))
        inner = self.inside(scope)
        if kind == "name":
            return self.name(scope)
        if kind == "constant":
            return self.constant(scope)
        if kind == "formatted" or kind == "template" and self.version < (3, 14):
            return self.formatted(scope)
        if kind == "template" and self.version >= (3, 14):
            return self.template(scope)
        if kind == "group":
            return "(" + self.gap(inner) + self.star_or_yield(inner) + self.gap(inner) + ")"
        if kind == "tuple":
            first = "*" + self.operand(self.down(inner)) if self.chance(0.1) else self.named(self.down(inner))
            rest = self.items(inner)
            return "(" + (first + "," + rest if self.chance(0.9) else "") + ")"
        if kind == "list":
            return "[" + self.items(inner) + "]"
        if kind == "set":
            return "{" + self.named(self.down(inner)) + "," + self.items(inner) + "}"
        if kind == "dict":
            return "{" + self.pairs(inner) + "}"
        if kind == "comprehension":
            return self.comprehension(scope)
        if kind == "generator":
            return "(" + self.generator(inner) + ")"
        return self.long(scope)

    def long(self, scope):
        """More than 15 or 30 elements, constant or not."""
        count = self.pick([3, 15, 16, 29, 30, 31, 32, 52])
        constant = self.chance(0.5)
        values = [self.pick([str(i), repr("s%d" % i), "None", "-1", "(1, 2)"]) if constant or self.chance(0.9)
                  else self.name(scope) for i in range(count)]
        kind = self.pick(["list", "set", "tuple", "dict", "call", "keywords", "fstring"])
        if kind == "dict":
            return "{" + ", ".join(f"{k}: {v}" for k, v in enumerate(values)) + "}"
        if kind == "call":
            return f"f({', '.join(values)})"
        if kind == "keywords":
            return f"{self.pick(['f', 'o.m'])}({', '.join(f'k{i}={v}' for i, v in enumerate(values))})"
        if kind == "fstring":
            return 'f"' + "".join("{%s}, " % self.name(scope) for _ in range(count)) + '"'
        opening, closing = {"list": "[]", "set": "{}", "tuple": "()"}[kind]
        return opening + ", ".join(values) + closing

    def items(self, scope):
        """Elements between brackets, stars among them; perhaps none."""
        items = []
        for _ in range(self.weigh([0, 1, 2, 3, 4, 5], (1, 3, 4, 3, 1, 1))):
            if self.chance(0.12):
                items.append("*" + self.operand(self.down(scope)))
            else:
                items.append(self.named(self.down(scope)))
        text = ("," + self.gap(scope)).join(items)
        return self.gap(scope) + text + ("," if items and self.chance(0.1) else "") + self.gap(scope)

    def pairs(self, scope):
        pairs = []
        for _ in range(self.weigh([0, 1, 2, 3, 4], (1, 3, 4, 2, 1))):
            if self.chance(0.15):
                pairs.append("**" + self.operand(self.down(scope)))
            else:
                pairs.append(self.test(self.down(scope)) + self.gap(scope) + ":" + self.gap(scope)
                             + self.test(self.down(scope)))
        return ("," + self.gap(scope)).join(pairs) + ("," if pairs and self.chance(0.1) else "")

    def clauses(self, scope):
        iterable = scope.but(no_walrus=True)
        clauses = []
        for number in range(self.weigh([1, 2, 3], (8, 2, 0.5))):
            word = "async for" if scope.may_await and self.chance(0.2) else "for"
            target = self.pick([self.pick(TARGETS), self.pick(TARGETS), "c1, c2", "(c1, *c2)", "[c1, (c3, c4)]", "c1.x", "c2[0]",
                                "c1,"])
            source = self.alternatives(iterable)
            if self.chance(0.15):
                source = self.pick(["[%s]", "(%s,)", "[%s,]"]) % self.operand(self.inside(iterable))
            clauses.append(f"{word} {target}{self.gap(scope)} in {source}")
            while self.chance(0.3):
                clauses.append("if " + (self.logic(scope) if self.chance(0.2) else self.alternatives(scope)))
        return (self.gap(scope) or " ").join(" " + clause for clause in clauses)

    def within_comprehension(self, scope):
        bare = scope.no_walrus or scope.kind == "class"
        return self.inside(scope).but(comprehension=True, no_walrus=bare)

    def comprehension(self, scope):
        scope = self.within_comprehension(scope)
        kind = self.pick(["list", "set", "dict"])
        unpacked = self.version >= (3, 15) and self.chance(0.2)
        if unpacked and kind == "dict":
            return "{**" + self.operand(scope) + " " + self.clauses(scope) + "}"
        if kind == "dict":
            return "{" + self.test(scope) + ": " + self.test(scope) + " " + self.clauses(scope) + "}"
        opening, closing = {"list": "[]", "set": "{}"}[kind]
        return opening + ("*" + self.operand(scope) if unpacked else self.named(scope)) + " " + self.clauses(scope) + closing

    def generator(self, scope):
        scope = self.within_comprehension(scope)
        if self.version >= (3, 15) and self.chance(0.2):
            return "*" + self.operand(scope) + " " + self.clauses(scope)
        return self.named(scope) + " " + self.clauses(scope)

    def arguments(self, scope):
        if self.chance(0.06):
            return self.generator(scope)
        arguments, keyword_seen, mapping_seen, names = [], False, False, set()
        for _ in range(self.weigh([0, 1, 2, 3, 4], (3, 5, 3, 2, 1))):
            if self.spent(scope):
                break
            kind = self.weigh(["plain", "star", "keyword", "mapping"], (6, 1, 3, 1))
            if kind == "plain" and not keyword_seen:
                arguments.append(self.named(self.down(scope)))
            elif kind == "star" and not mapping_seen:
                arguments.append("*" + self.test(self.down(scope)))
            elif kind == "mapping":
                keyword_seen = mapping_seen = True
                arguments.append("**" + self.test(self.down(scope)))
            else:
                keyword_seen = True
                word = self.pick(["key", "sep", "é", "__k", "a", "b", "ﬁ", "default"])
                if word not in names:
                    names.add(word)
                    arguments.append(word + self.pick(["=", " = "]) + self.test(self.down(scope)))
        return ("," + self.gap(scope)).join(arguments) + ("," if arguments and self.chance(0.08) else "") + self.gap(scope)

    def slices(self, scope):
        def one():
            if self.chance(0.5):
                return self.named(scope)
            maybe = lambda: self.test(scope) if self.chance(0.5) else ""  # noqa: E731
            text = maybe() + ":" + maybe()
            return text + (":" + maybe() if self.chance(0.4) else "")
        if self.chance(0.25):
            values = [one() if self.chance(0.85) else "*" + self.operand(scope) for _ in range(self.pick([1, 2, 3]))]
            return ", ".join(values) + ("," if len(values) == 1 or self.chance(0.1) else "")
        if self.chance(0.2):
            value = lambda: self.pick(["", "0", "1", "-1", "None", "'a'", "2", "257"])  # noqa: E731
            return value() + ":" + value() + (":" + value() if self.chance(0.3) else "")
        return one()

    def primary(self, scope):
        base = self.atom(scope)
        if base[:1].isdigit() or base[:1] == ".":
            if self.chance(0.9):
                return base
            base = "(" + base + ")"
        suffixes = self.weigh([0, 1, 2, 3], (8, 5, 3, 1))
        for _ in range(suffixes):
            if self.spent(scope):
                break
            inner = self.inside(scope)
            kind = self.weigh(["attribute", "call", "method", "subscript"], (3, 3, 3, 2))
            if kind == "attribute":
                base += (self.gap(scope) or " ") + "." + self.gap(scope) + self.pick(ATTRIBUTES)
            elif kind == "call":
                base += "(" + self.gap(inner) + self.arguments(inner) + ")"
            elif kind == "method":
                base += self.gap(scope) + "." + self.pick(ATTRIBUTES) + "(" + self.gap(inner) + self.arguments(inner) + ")"
            else:
                base += "[" + self.gap(inner) + self.slices(inner) + "]"
        if self.chance(0.02):
            base = self.pick(["super()", "super().method(1)", "super(A, self).x", "super().x", "super(x, y).m(k=1)"])
        if scope.may_await and self.chance(0.12):
            base = "await " + base
        return base

    def operand(self, scope):
        """Arithmetic: what stands on either side of a comparison."""
        if self.spent(scope) or self.chance(0.55):
            return self.primary(scope)
        if self.chance(0.2):
            return self.pick(["-", "+", "~", "- ", "-+"]) + self.operand(self.down(scope))
        if self.chance(0.06):
            return self.percent(scope)
        if self.chance(0.3):
            return self.folded(scope)
        gap = self.gap(scope) or self.pick([" ", ""])
        right = self.operand(self.down(scope))
        return self.operand(self.down(scope)) + " " + self.pick(BINARY) + gap + right

    def folded(self, scope):
        """Arithmetic on constants."""
        def value(depth):
            if depth == 0 or self.chance(0.3):
                return self.weigh(
                    [self.number(), self.word(), "b'xy'", "True", "None", "(1, 2)", "()", "-1", "(1,)", "('a', 'b')", "..."],
                    (10, 2, 1, 1, 0.5, 1, 0.5, 2, 0.5, 0.5, 0.2))
            kind = self.weigh(["binary", "unary", "subscript", "not", "bool"], (8, 2, 2, 0.5, 0.5))
            if kind == "binary":
                return f"({value(depth - 1)} {self.pick(BINARY)} {value(depth - 1)})"
            if kind == "unary":
                return f"({self.pick('-+~')}{value(depth - 1)})"
            if kind == "not":
                return f"(not {value(depth - 1)})"
            if kind == "bool":
                return f"({value(depth - 1)} {self.pick(['and', 'or'])} {value(depth - 1)})"
            index = self.pick(["0", "1", "-1", "5", "1:", ":", "::-1", "0:1", "True", value(0)])
            return f"{self.pick([value(depth - 1), self.word(), '(1, 2, 3)'])}[{index}]"
        text = value(self.pick([1, 2, 2, 3]))
        return text

    def comparison(self, scope):
        text = self.operand(scope)
        if self.chance(0.3) and not self.spent(scope):
            for _ in range(self.weigh([1, 2, 3], (8, 2, 1))):
                operator = self.pick(COMPARISONS)
                if operator in ("in", "not in") and self.chance(0.4):
                    right = self.pick(["[1, 2, 3]", "{1, 'b', None}", "('a', 'b')", "{'qx1', 'qx2'}", "[x, y]", "{x, 1}",
                                       "[]", "(1,)", "[*x]"])
                elif self.chance(0.2):
                    right = "None"
                else:
                    right = self.operand(self.down(scope))
                text += f" {operator} " + self.gap(scope) + right
        return text

    def inversion(self, scope):
        return ("not " if self.chance(0.12) else "") + self.comparison(scope)

    def alternatives(self, scope):
        """Up to `or`."""
        text = self.inversion(scope)
        while self.chance(0.18) and not self.spent(scope):
            text += " " + self.pick(["and", "or"]) + " " + self.gap(scope) + self.inversion(self.down(scope))
        return text

    def condition(self, scope):
        text = self.alternatives(scope)
        if self.chance(0.1) and not self.spent(scope):
            test = self.logic(scope) if self.chance(0.3) else self.alternatives(self.down(scope))
            text += f" if {test} else {self.condition(self.down(scope))}"
        return text

    def test(self, scope):
        if self.chance(0.04) and not self.spent(scope):
            return self.function(scope)
        return self.condition(scope)

    def function(self, scope):
        """A lambda."""
        parameters, names = self.parameter_list(scope, annotated=False)
        kind = "generator" if self.chance(0.1) and not scope.annotation else "def"
        inner = self.down(scope).but(kind=kind, parameters=tuple(names), parent=scope, comprehension=False, no_walrus=False)
        body = self.test(inner)
        if kind == "generator":
            body = "(yield " + body + ")"
        return f"lambda{' ' + parameters if parameters else ''}: {body}"

    def named(self, scope):
        """With a walrus, perhaps."""
        if not scope.no_walrus and not scope.annotation and self.chance(0.04):
            return "(" + self.pick(WALRUS) + " := " + self.test(self.inside(scope)) + ")"
        return self.test(scope)

    def star_or_yield(self, scope):
        """What stands alone in parentheses or on the right of an assignment."""
        if scope.may_yield and self.chance(0.15):
            return self.yielded(scope)
        return self.named(scope)

    def yielded(self, scope):
        if scope.kind == "generator" and self.chance(0.3):
            return "yield from " + self.test(scope)
        return "yield" + (" " + self.expressions(scope) if self.chance(0.8) else "")

    def expressions(self, scope):
        """An open tuple, perhaps."""
        if self.chance(0.85) or self.spent(scope):
            return self.test(scope)
        items = ["*" + self.operand(scope) if self.chance(0.25) else self.test(self.down(scope))
                 for _ in range(self.pick([1, 2, 2, 3]))]
        return ", ".join(items) + ("," if len(items) == 1 or self.chance(0.2) else "")

    def parameter_list(self, scope, annotated):
        """A parameter list as text, and the names in it."""
        names = self.random.sample(PARAMETERS, self.weigh([0, 1, 2, 3, 5, 7], (3, 5, 5, 3, 1, 1)))
        method = annotated and scope.kind == "class" and self.chance(0.7)
        parts, defaulted, left = (["self"] if method else []), False, list(names)

        def parameter(name, with_default, starred=False):
            text = name
            if annotated and self.chance(0.3):
                text += ": " + ("*" + self.annotation(scope) if starred == "*" and self.chance(0.3) else self.annotation(scope))
            if with_default:
                text += "=" + self.test(scope)
            return text
        positional = self.random.randint(0, len(left))
        slash = self.random.randint(1, positional) if positional and self.chance(0.2) else None
        for number in range(positional):
            defaulted = defaulted or self.chance(0.25)
            parts.append(parameter(left.pop(0), defaulted))
            if number + 1 == slash:
                parts.append("/")
        if left and self.chance(0.5):
            parts.append("*" + parameter(left.pop(0), False, "*"))
            bare = False
        else:
            bare = True
        mapping = left.pop() if left and self.chance(0.4) else None
        if left and bare:
            parts.append("*")
        for name in left:
            parts.append(parameter(name, self.chance(0.5)))
        if mapping:
            parts.append("**" + parameter(mapping, False))
        return ", ".join(parts), (["self"] if method else []) + names

    def annotation(self, scope):
        scope = scope.but(annotation=True, depth=scope.depth + 1)
        return self.pick(["int", "str", "'forward'", "None", "T1", "__private"]) if self.chance(0.5) or self.spent(scope) else self.test(
            scope)
