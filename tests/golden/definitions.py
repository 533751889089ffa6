from __future__ import annotations
@deco
@other(1)
class A(B, metaclass=M, **kw):
    __slots__ = ()
    x: int = 1
    y: List[ int ]
    def __init__(self, a, /, b: str = "", *, c: "q" = 3) -> None:
        super().__init__()
        self.a, self.__b = a, b
        self.c: int = c
    async def m(self): return [__class__, self.__b]
    z = [y for y in x if y]
    class C:
        def n(self): return super().n
def gen(a):
    x = yield a
    yield from (x for x in a if (lambda: x)())
    return {k: v for k, v in a}
f = lambda x, *, y=1: (x, y)
