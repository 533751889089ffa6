lambda b: [(lambda: a) for a in b]
