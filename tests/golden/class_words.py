class A:
    def __classdict__(self): pass
class B:
    with b: __classdict__: int
    with b: c: __conditional_annotations__
class C:
    global __classdict__
    try: a: int
    finally: b: str
class D:
    __classdict__: int
    def f(self, a: b): return __classdict__, __conditional_annotations__
class E:
    a: b
    lambda c: __conditional_annotations__
class F:
    def f(self):
        nonlocal __class__
        __class__ = 1
        return lambda: super().a
    [lambda: __class__ for a in b]
def g(__conditional_annotations__, __classdict__):
    class H:
        [__conditional_annotations__ for a in b]
        def m(self): return __conditional_annotations__
