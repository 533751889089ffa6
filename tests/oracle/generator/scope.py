"""Where a piece of text stands, and so what may stand in it."""
import dataclasses


@dataclasses.dataclass
class Scope:
    # "module", "class", "def", "generator", "async def", "async generator"
    kind: str
    parent: "Scope | None" = None
    parameters: tuple = ()
    declared: tuple = ()
    # How deep: statements and brackets.
    depth: int = 0
    loop: bool = False
    # In an `except*` block, where nothing may jump out.
    barred: bool = False
    # The same of `return`, which no loop lets out.
    stays: bool = False
    # In an annotation, a bound or an alias: no yield, await or walrus.
    annotation: bool = False
    comprehension: bool = False
    # No walrus: the iterable of a comprehension, or a comprehension in a class.
    no_walrus: bool = False
    # Inside brackets a line may end anywhere.
    brackets: int = 0

    def but(self, **changes):
        scope = object.__new__(Scope)
        scope.__dict__.update(self.__dict__, **changes)
        return scope

    @property
    def function(self):
        return self.kind not in ("module", "class")

    @property
    def asynchronous(self):
        return self.kind.startswith("async")

    @property
    def may_await(self):
        return self.asynchronous and not self.annotation

    @property
    def may_yield(self):
        return self.kind.endswith("generator") and not self.annotation and not self.comprehension

    def enclosing_parameters(self):
        """What a function below may declare nonlocal."""
        scope, found = self, []
        while scope is not None:
            if scope.function:
                found += scope.parameters
            scope = scope.parent
        return found
