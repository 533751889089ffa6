class A:
    def a[T = super().x](self, a=1): pass
    def b[T](self, a: super().x = 1): pass
    def c[T: super().x](self, *, a: super().y = 1): pass
    def d[T](self, a: super().x) -> super().y: pass
    def e[T](self, a=super().x): pass
