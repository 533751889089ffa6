(a): int
(a.b): int
((a[0])): int = 1
(a()).b: int
(a, b)[0]: int = 2
(a + b).c: int
((a)).__class__
(a()).b().c: int
(None).a: int
