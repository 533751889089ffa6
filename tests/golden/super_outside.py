x = super().foo
f = lambda self: super().m(1)
