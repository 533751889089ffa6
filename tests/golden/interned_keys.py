class É:
    lambda *, __m=c4: a
    lambda *k, __m=lazy, f=g2: a
class Ö:
    def f(__m): ('_Ö__m', 0)
    lambda *, __m=c4: a
    lambda *k, __m=lazy, f=g2: a
class Ü:
    x = ('_Ü__m',)
    def f(__m): ('_Ü__m', 0)
    y = ('_Ü__m', 1)
class ß:
    x = ('_ß__m',), _ß__m
    def f(__m): ('_ß__m', 0)
    y = ('_ß__m', 1)
class ä:
    def f(__m, b): ('_ä__m', 0)
    def f(__m): ('_ä__m', 0)
    x = ('_ä__m',)
    y = ('_ä__m', 1)
class ö:
    def f(): __m.x
    x = ('_ö__m',)
    def f(): __m
    y = ('_ö__m', 1)
class ï:
    y = '_ï__m'
    def f(__m): '_ï__m'
    '_ï__m', 0
