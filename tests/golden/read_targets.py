# Names that a target of a comprehension only reads, bound by an assignment expression.
[(y := a) for y[0] in a]
def f():
    return [[(y := 1) for q in a] for y.b in b]
