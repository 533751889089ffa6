def f(g, a, b):
    yield {**a or b for a in b}
    yield {**a if a else b for a in b}
    yield {**lambda: a for a in b}
    yield {**not a for a in b if a}
    yield (*a and b for a in b)
    yield g(*a if a else b for a in b)
    yield g(*lambda: a for a in b)
    yield g(*a < b for a in b), (*not a for a in b)
