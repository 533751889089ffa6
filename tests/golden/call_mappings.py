f(**a, **b)
f(*a, *b, c)
f(x for x in y)
