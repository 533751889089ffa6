"""What random nesting does not reach: many of a kind, long bodies, wide lines."""
from .expression import PARAMETERS


class Extent:
    """Mixed into the program."""

    def odd(self, scope, indent):
        """What random nesting does not reach: many locals, bodies that need long jumps, deep nesting."""
        inner = indent + "    "
        kind = self.pick(["locals", "deleted", "body", "deep", "cells", "names", "constants", "wide"])
        scope = scope.but(depth=5)
        if kind == "locals":
            count = self.pick([63, 64, 65, 70, 255, 256, 257, 300])
            body = [f"m{i} = {i}" for i in range(count)]
            body += [f"if x: del m{self.random.randrange(count)}" for _ in range(3)]
            body += [f"f(m{self.random.randrange(count)}, m{self.random.randrange(count)})" for _ in range(4)]
            body += [f"m{count - 1} = m{count - 2} = m{count - 1} + m0"]
            return [indent + "def many(x):"] + [inner + line for line in body]
        if kind == "deleted":
            count = self.pick([60, 63, 64, 66])
            body = [f"f({', '.join(f'q{i}' for i in range(count))})", f"del q0, q{count - 1}", "f(q0, q1)", "try: q0 = 1",
                    "finally: f(q0)", "for q1 in q2: del q1", "return q1, q0"]
            return [indent + f"def many({', '.join(f'q{i}=None' for i in range(0, count, 2))}):"] + [inner + line for line in body]
        if kind == "body":
            filler = self.pick(["f(x, y, z)", "x.a.b = y[0]", "x = x + 1"])
            head = self.pick(["while x:", "for x in y:", "if x and y or z:", "with x as y:", "try:"])
            lines = [indent + head] + [inner + filler for _ in range(self.pick([20, 30, 45, 60, 90, 130]))]
            lines += [inner + f"{'if' if i else 'if'} x: {self.pick(['pass', 'y = 1', 'f()'])}" for i in range(3)]
            if head == "try:":
                lines += [indent + self.pick(["except E as x:", "finally:", "except* E:"]), inner + filler]
            return lines
        if kind == "deep":
            lines = []
            for number in range(self.pick([6, 10, 15])):
                lines.append(indent + self.pick(["if x:", "with x as y:", "for x in y:", "while x:", "try:"]))
                if number > 12:
                    lines[-1] = indent + "if y:"
                indent += " "
            heads = [(len(line) - len(line.lstrip()), line.strip()) for line in lines]
            lines.append(indent + self.simple(scope.but(loop=False)))
            for column, head in reversed(heads):
                if head == "try:":
                    lines.append(indent[:column] + self.pick(["finally:", "except E:", "except:", "except E as x:"]))
                    lines.append(indent[:column] + " " + self.simple(scope.but(loop=False)))
                elif head[:2] in ("if", "fo", "wh") and self.chance(0.2):
                    lines.append(indent[:column] + "else: pass")
            return lines
        if kind == "cells":
            count = self.pick([5, 20, 70, 260])
            lines = [indent + "def outer(p0, p1):"] + [inner + f"r{i} = {i}" for i in range(count)]
            used = ", ".join(f"r{i}" for i in self.random.sample(range(count), min(count, 40)))
            return lines + [inner + f"def inner(): return {used}, p1", inner + f"return inner, [r0 + c1 + {PARAMETERS[0]} for c1 in r1]"]
        if kind == "constants":
            count = self.pick([250, 255, 256, 257, 300, 520])
            form = self.pick(["x = {0}.5", "f({0}001, 'c{0}')", "x = y[{0}000]", "f(k{0}={0}.25)", "x = ({0}, y, 's{0}')", "x += {0}j"])
            head = self.pick(["def many(x, y):", "class Many:", "while x:", "if x:", "for x in y:", "async def many(x, y):"])
            return [indent + head] + [inner + form.format(i + 1) for i in range(count)]
        if kind == "wide":
            parts = [self.primary(scope) for _ in range(self.pick([10, 40, 90]))]
            joint = self.pick([" + ", ", ", " and ", " < ", "," + " " * 70, " or ", " if x else "]) if self.chance(0.8) else ",\n" * 60
            parts = [part for part in parts if "\n" not in part] + ["x"]
            return [indent + "x = f(" + joint.join(parts) + ")", indent + " " * 0 + "x = " + "(" * 40 + " " * 200 + "x" + ")" * 40]
        count = self.pick([200, 257, 300])
        return [indent + ("def many():" if self.chance(0.5) else "class Many:")] + [
            inner + self.pick([f"s{i}.t{i}", f"s{i}(t{i % 7})", f"s = 's {i}'", f"s{i}.t{i}(1)"]) for i in range(count)]
