"""The text that a t-string keeps of a field, and what is shown of it."""
a = t"{a!=b:x}{a!=b=:x}{a!=b!r}{a!=b!r:x}{f(k=1), {1}}{f(k=1), {1}=}{f(a=lambda: 1) = :x}"
b = t"{x:{a}{b=}}{x!=y:{a}{b!=c=:y}}{x:{a=}{b=}}{ f(k=1)[a:b] :x}"
c = t"""{x # com!='
    != y # com
    :z}{ {1: 2}[lambda d: k] = }"""
