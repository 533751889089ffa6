def f(a):
    class B:
        class C: a
        [lambda: a for a in a]
        lambda: a
    class D:
        [lambda: a for a in a]
    class E:
        global a
        [lambda: a for a in b]
        lambda: a
class G[a]:
    [lambda: a for a in b]
    import a
    lambda: a
