class C[T]:
    class D[U](a([T for _ in (1,)]), {T: b for b in c}): pass
    class E(a({T for a in b for c in [f(x)]})): pass
