class A:
    a: [b for b in c]
    d: {b for b in c if
        b}
    e: {b: (b for b in a) for b in c}
    def f(self, g: [b for b in c]) -> {b for b in c}: pass
    type T[U: [b for b in c]] = [b for b in c]
