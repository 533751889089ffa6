import one, two
[one(lambda: one.call()) for each in two]
[[one((one.call() for k in each)) for k in each] for each in one]
[(lambda: one.call()) for each in two]
[one.call() for each in two]
{two(k): lambda: (one.call(), two.call()) for k in one}
[[one.call() for k in each] for each in two(one)]
(one((lambda: one.call())) for each in two)
class A:
    [one(lambda: one.call()) for each in two]
    def f(self):
        [one(lambda: one.call()) for each in two]
one.call(), two.call()
