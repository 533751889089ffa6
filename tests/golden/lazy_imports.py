lazy import a
lazy from b import c, d as e
lazy import f.g as h
import i
try:
    import j
finally:
    import k
with a:
    import l
def m():
    import n
class O:
    import p
