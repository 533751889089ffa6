def f():
    x: (await 3)
    (x): (__debug__ := 3)
    x.a: [y async for y in x]
    return 1
