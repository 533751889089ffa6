"""Few names, bound and read in scopes of all kinds, so that they meet: closures, classes, comprehensions, type parameters."""

PLAIN = ["x", "y", "z", "__p", "T"]
SPECIAL = ["__class__", "__classdict__", "__conditional_annotations__", "__classcell__", "__type_params__", "__annotate__",
           "__annotations__", "__static_attributes__", "__firstlineno__", "__qualname__", "__module__", "__doc__", "super",
           "__annotate_func__", "__classdictcell__", "__debug__", "__name__", ".0", "self"]
READS = ["{w}", "{w}", "f({w})", "{w}.a", "lambda: {w}", "lambda {v}: {w}", "lambda {v}={w}: {v}", "[{w} for {v} in {u}]",
         "[{w} for {w} in {v}]", "({w} for {v} in {u})", "({w} for {w} in {w})", "{{{w}: {v} for {w}, {v} in {u}}}",
         "[[{w} for {v} in {u}] for {u} in {w}]", "[{v} for {v} in {w} if {u}]", "[lambda: {w} for {w} in {v}]",
         "[(lambda: {w})() for {v} in {u}]", "[lambda {v}: [{w} for {u} in {v}] for {w} in {u}]", "super().a", "super({w}, {v}).m()",
         "{{{w} for {v} in {u} for {u} in {v}}}", "[({w}, {v}) for {w} in {u} for {v} in {w}]", "[({w} for {w} in {v}) for {v} in {u}]",
         "f'{{{w}}}'", "{w}[{v}]", "{w} if {v} else {u}", "[{w} for {v} in [lambda: {v}]]", "lambda: [{w} for {v} in {u}]",
         "lambda: (yield {w})", "[{w} async for {w} in {v}]", "[await {w} for {w} in {v}]"]
WRITES = ["{w} = {v}", "{w} = 1", "{w} = {w}", "{w} += {v}", "del {w}", "import {w}", "import {w}.a", "from a import {w}",
          "for {w} in {v}: pass", "with {v} as {w}: {u}", "({w} := {v})", "[({w} := {v}) for {v} in {u}]", "{w}, {v} = {u}",
          "{w}: int", "{w}: {v} = {u}", "{w}: {v}", "{w}.a: {v}", "type {w} = {v}", "type {w}[{v}] = ({w}, {v}, {u})",
          "type {w}[T: {w}] = lambda: T", "if {w}: {v}: {u}", "while {w}: {v}: {u} = {w}", "if {v}: {w} = 1\n    else: del {w}",
          "try: {v}\n    except E as {w}: {u}", "try: {w}\n    finally: del {w}", "match {v}:\n     case {w}: {u}",
          "match {v}:\n     case [{w}, *{u}]: {w}", "def {w}(): pass", "class {w}: pass", "assert {w}, {v}", "return {w}", "yield {w}",
          "for {w} in {v}:\n     {u}: {w}", "with {v}: {w}: {u}", "try: {w}: {u}\n    except: {v}: {u}", "{w}: (lambda: {v})",
          "{w}: [{v} for {v} in {u}]", "async for {w} in {v}: pass", "await {w}", "{w}: (yield)", "type {w}[*{v}] = {u}"]


class Binding:
    """Mixed into the program."""

    def names(self, scope, indent):
        self.budget -= 2
        words = self.random.sample(PLAIN, 2) + [self.pick(SPECIAL[:3] if self.chance(0.6) else SPECIAL)]
        if self.chance(0.3):
            words[2] = self.pick(PLAIN)
        self.room = self.pick([3, 5, 8, 12])
        return self.unit(words, indent, set(), 0, scope.kind)

    def filled(self, form, words, indent):
        w, v, u = (self.pick(words) for _ in range(3))
        return form.format(w=w, v=v, u=u).replace("\n    ", "\n" + indent)

    def parameters(self, words):
        chosen = [word for word in self.random.sample(words, self.pick([0, 1, 1, 2])) if word.isidentifier() and word != "__debug__"]
        chosen = list(dict.fromkeys(chosen))
        parts = [word + (f": {self.pick(words)}" if self.chance(0.15) else "") for word in chosen]
        if parts and self.chance(0.2):
            parts[-1] += f" = {self.pick(words)}"
        return ", ".join(parts), set(chosen)

    def generic(self, words):
        if self.version < (3, 12) or not self.chance(0.25):
            return ""
        forms = ["[T]", "[{w}]", "[T: {w}]", "[T: ({w}, {v})]", "[T = {w}]", "[*T]", "[**T]", "[{w}: lambda: {v}]", "[T, U: T = {w}]",
                 "[T: [{w} for {w} in {v}]]", "[{w}, __U: {w}]", "[*T = *{w}]"]
        return self.filled(self.pick(forms), [word for word in words if word != "__debug__"], "")

    def unit(self, words, indent, bound, depth, kind):
        """One function or class."""
        inner = indent + "    "
        self.room -= 1
        generic = self.generic(words)
        if self.chance(0.5):
            name = self.pick(["f", "m", "g"] + words[:2])
            text, own = self.parameters(words)
            result = f" -> {self.pick(words)}" if self.chance(0.15) else ""
            kind = "async def" if self.chance(0.15) else "def"
            lines = [f"{indent}{kind} {name}{generic}({text}){result}:"]
            below = bound | own
        else:
            bases = self.filled(self.pick(["", "", "({w})", "(metaclass={w})", "(*{w})", "({w}, k={v})"]), words, "")
            lines = [f"{indent}class {self.pick(['A', 'B'] + words[:2])}{generic}{bases}:"]
            kind, own, below = "class", set(), bound | {"__class__"}
        declared = set()
        if self.chance(0.2):
            free = [word for word in words if word not in own and word.isidentifier()]
            if free:
                declared = {self.pick(free)}
                lines.append(inner + "global " + min(declared))
        free = sorted(bound - own - declared)
        if free and self.chance(0.35):
            lines.append(inner + "nonlocal " + self.pick(free))
        for _ in range(self.pick([1, 2, 2, 3, 5])):
            if self.room > 0 and depth < 5 and self.chance(0.4):
                lines += self.unit(words, inner, below, depth + 1, kind)
                continue
            form = self.pick(READS if self.chance(0.5) else WRITES)
            if self.version < (3, 12) and form.startswith("type "):
                form = "{w} = {v}"
            if ("return" in form or "yield" in form) and kind == "class" or ("yield" in form or "await" in form or "async" in form) and (
                    kind != "async def" or "lambda" in form or "yield" in form):
                form = "{w}" if "yield" not in form or kind != "def" or "lambda" in form or ": (" in form else form
            if "import" in form and self.version >= (3, 15) and self.chance(0.05):
                form = "lazy " + form
            lines += (inner + self.filled(form, words, inner)).split("\n")
        return lines
