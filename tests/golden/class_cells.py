class T:
    def m(self):
        class X:
            x = __class__
            def f(self): __class__
        class Y:
            r = [i for i in __class__]
            s = [__class__ for i in self for j in i]
        return super().m() + [lambda: super]
    y = [lambda: x for x in T]
    z = {a: b for a, b in y for c in b}
def f(x):
    def g(): nonlocal x; x += 1; return lambda: (x, g)
    return [(x, y) for y in x], {y for y in g}, [z := y for y in x]
