from .__future__ import annotations, barry_as_FLUFL


def f(a: int, b: "str" = 1) -> a.b:
    c: d[e] = a
    return a != b
