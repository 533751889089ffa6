type A = int
type B[T: (int, str), *Ts, **P] = dict[T, tuple[*Ts]]
def f[T: int](a: T, b: T = 1, *, c: T = 2) -> T: return a
class C[T](D[T]):
    type E = T
    def m[U](self, x: U) -> T: return [U for _ in x]
async def g[T](): yield T
