from __future__ import annotations


def f(x: u'a' 'b', y: ('a' u'b'), z: List[u'é', U'c']) -> u'':
    pass


x: u'a'
