"""Loops, jumps out of them, and what they leave behind."""
import os, a.b.c as d
from .pkg import (x as y, z)
from e import *
lazy_value = 0
while os.x:
    if os.y: continue
    if os.z: break
    lazy_value += 1
else:
    del lazy_value
for i, (j, *k) in d:
    for l in range(i): break
    else: continue
    with y as n, z: break
assert d, "no d"
assert not d
def f(a, b=1, *c, d=2, **e):
    "doc"
    global g
    for i in a:
        with b: return i
        try: return (i, 1)
        finally: continue_ = 1
    while a and not b or c:
        try: x = 1
        except (A, B) as x: break
        except C: continue
        finally: print(x)
    match a:
        case {"k": v, **rest} if v: return rest
        case [1, -2.5, *_]: pass
        case P(q, r=1 | 2): return None
        case _: raise E from a
    return a[1:], a[b:2], a[::2], a[b], a.m(1, k=2), a(*b, **c)
