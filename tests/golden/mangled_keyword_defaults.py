class É:
    lambda *, __a=b: c
class É:
    def f(self, *, __b=1): return __b
    def g(*, __c=1, d=2): pass
    x = lambda *, d=__c, __c=1: d
