"""Patterns of `match`."""

LITERALS = ["0", "1", "-1", "1.5", "-2.5j", "1+2j", "-1-0j", "'s'", "'a' 'b'", "b'x'", "None", "True", "False", "257",
            "3 - 4.5j"]
VALUES = ["x.y", "self.CONST.a", "v.é", "m.__secret"]
KEYS = ["1", "'k'", "'qx 1'", "None", "x.y", "-1", "b'z'", "2.0", "True"]
CLASSES = ["C", "int", "x.Y", "str", "m.n.Z"]
CAPTURES = ["p1", "p2", "p3", "p4", "p5", "x", "y"]


class Pattern:
    """Mixed into the program."""

    def case_pattern(self, last):
        names = self.random.sample(CAPTURES, self.weigh([0, 1, 2, 3, 4], (4, 4, 2, 1, 1)))
        if last and self.chance(0.4):
            return self.pick(["_", "anything", "(_)"])
        if self.chance(0.15):
            return self.sequence(names, 0, True)
        return self.pattern(names, 0, refutable=True)

    def split(self, names, parts):
        groups = [[] for _ in range(parts)]
        for name in names:
            self.pick(groups).append(name)
        return groups

    def pattern(self, names, depth, refutable=False):
        """A pattern that binds just these names. `refutable`: it must be able to fail."""
        if not refutable and not names and self.chance(0.3):
            return "_"
        if not refutable and len(names) == 1 and self.chance(0.6):
            return names[0]
        kinds = ["sequence", "class", "mapping", "or", "as", "group", "literal"]
        kind = self.weigh(kinds, (4, 3, 3, 2 if depth < 3 else 0.2, 1, 0.5, 0 if names else (5 + 3 * depth)))
        if depth > 4 and not names:
            kind = "literal"
        if kind == "as" and names:
            names = list(names)
            name = names.pop()
            inner = self.pattern(names, depth + 1, refutable=True)
            return f"({inner} as {name})" if depth else f"{inner} as {name}"
        if kind == "group":
            return "(" + self.pattern(names, depth + 1, refutable) + ")"
        if kind == "or" or kind == "as":
            count = self.pick([2, 2, 3])
            text = " | ".join(self.alternative(names, depth) for _ in range(count))
            return f"({text})" if depth else text
        if kind == "class":
            return self.class_pattern(names, depth)
        if kind == "mapping":
            return self.mapping(names, depth)
        if kind == "literal":
            return self.pick(LITERALS) if self.chance(0.8) else self.pick(VALUES)
        return self.sequence(names, depth)

    def alternative(self, names, depth):
        order = list(names)
        self.random.shuffle(order)
        return "(" + self.pattern(order, depth + 1, refutable=True) + ")"

    def sequence(self, names, depth, open_=False):
        names, star = list(names), None
        if self.chance(0.4):
            star = "*" + (names.pop() if names and self.chance(0.6) else "_")
        count = self.weigh([0, 1, 2, 3, 4], (1, 3, 4, 2, 1))
        count = max(count, 1 if names else 0)
        parts = [self.pattern(group, depth + 1) for group in self.split(names, count)] if count else []
        if star:
            parts.insert(self.random.randint(0, len(parts)), star)
        if open_ and parts:
            return ", ".join(parts) + ("," if len(parts) == 1 else "")
        if self.chance(0.5):
            return "[" + ", ".join(parts) + "]"
        return "(" + ", ".join(parts) + ("," if len(parts) == 1 else "") + ")"

    def mapping(self, names, depth):
        names, rest = list(names), None
        if names and self.chance(0.4):
            rest = "**" + names.pop()
        count = max(self.pick([0, 1, 2, 3]), 1 if names else 0)
        keys = self.random.sample(KEYS[:-1] if self.chance(0.9) else KEYS[1:], count)
        parts = [f"{key}: {self.pattern(group, depth + 1)}" for key, group in zip(keys, self.split(names, count))]
        return "{" + ", ".join(parts + ([rest] if rest else [])) + "}"

    def class_pattern(self, names, depth):
        count = max(self.pick([0, 1, 2, 3]), 1 if names else 0)
        parts = [self.pattern(group, depth + 1) for group in self.split(names, count)]
        keywords = self.random.randint(0, count)
        words = self.random.sample(["x", "y", "é", "__attr"], 4)
        parts = [text if number < keywords or number - keywords > 3 else f"{words[number - keywords]}={text}"
                 for number, text in enumerate(parts[:keywords + 4])]
        return self.pick(CLASSES) + "(" + ", ".join(parts) + ")"
