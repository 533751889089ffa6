"""What a pyc can hold. The pycs of tests/seeds/pyc are compiled from this and from small.py by CPython 3.8 to 3.15."""
import os, sys as system
from a.b import c as d

A = 1, -1, 2 ** 40, 1.5, -0.0, 1e300, 2j, "\udc80é\U0001f600", b"\0x", None, True, ..., (1, ("a", b"b"))
B = {1: 2, "x": 3, **A}


class C(d, metaclass=type):
    def __init__(self, a, /, b=1, *args: int, c, **kw) -> "C":
        self.a, (b, *rest) = a, args
        global g
        g = lambda x: (yield x + b)
        super().__init__()

    async def m(self):
        async with self as x, x:
            async for y in x:
                await y
        return [z async for z in x if z not in {"a", "b", "c"}]


def f(x):
    try:
        with open(x) as file:
            while True:
                for line in file:
                    if x is None or line < "a" <= x:
                        continue
                    del x[1:2]
                    break
                else:
                    x += 1
    except (OSError, ValueError) as error:
        raise KeyError from error
    finally:
        print(f"{x!r:>{10}} {A[0]}", end="")
    return {k: v for k, v in x}, {*x}, not x, -x, x @ x


@f
def g(n):
    def h():
        nonlocal n
        n = f
        return n
    assert n, "n"
    return h
