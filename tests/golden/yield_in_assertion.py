a: int
class A:
    def f(self): return super().f
    b: int
    assert (yield)
class B[T](A):
    assert not (yield from T)
assert a, [b for b in (yield)]
