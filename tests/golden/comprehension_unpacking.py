def f(a):
    return [*x for x in a], {*x for x in a}, {**x for x in a}, (*x for x in a), list(x for x in a), set(x for x in a)
async def g(a):
    return [*x async for x in a], (*x async for x in a)
