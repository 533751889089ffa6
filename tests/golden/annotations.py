x: int = 1
a.b: str
a[0]: float = 2
if x:
    y: List[x]
class A:
    p: int
    if p:
        q: str = ""
    def f(self, a: int, /, b: p, *c: "d", e: int = 1, **g: float) -> A: pass
def h(a: [x] = 2):
    z: int
    w: undefined = 3
    return lambda: z
