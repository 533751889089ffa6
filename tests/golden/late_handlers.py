def f(a):
    with a as b:
        return b


def g(a, b):
    try:
        if a and b:
            return a
        for c in b:
            a(c)
    finally:
        b()
