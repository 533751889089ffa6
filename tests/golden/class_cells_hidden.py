class A:
    [__classdict__ for x in y]
    z: int


class B:
    __classdict__: int
    if x:
        y: __classdict__


class C[T]:
    [(__class__, [__conditional_annotations__ for z in w]) for x in y]
