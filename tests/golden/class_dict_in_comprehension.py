# The name refers to the enclosing class, whose scope of type parameters captures it.
class A:
    class B[T]:
        [__classdict__ for x in y]
    class C[T: int](D):
        {__classdict__: [__classdict__ for x in y] for x in y}
    class E:
        [__classdict__ for __classdict__ in y]
