# Stores to the same local are not reordered in place of a swap.
def f(x, y, z):
    a, a = x, y
    a, b, a = x, y, z
    a, a, b = x, y, z
    b, a, a = x, y, z
    a, b = b, a
    match x:
        case [a, b, a_, c] | [b, a, c, a_]:
            a = b
    a, b, a, c = x, y, z, x
    _, a, _ = x, y, z
