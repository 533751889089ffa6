"""The text that f-strings show with a value: releases count different braces, colons and signs for its start and end."""
a = f"{a!=b=:x}{a!=b=}{a!=b=!r}{a!=b=!r:x}{(a!=b)=:x}{a!=b!=c=:x}"
b = f"{x:{a}{b=}}{x:{a}{b=}{c=:y}}{x=:{a=}{b=}{c=}}{x!r:{a}{b=!r}}"
c = f"{x:{a} {b=}}{x:{a}{{{b=}}{x:{a}\N{BULLET}{b=}}{x:\N{BULLET}{b=}}{x:{a}é{b=}}"
d = f"{f(a=lambda: 1)=:x}{[f(k=1), lambda d: k2]= :>5}{f(a=b!=c)=:x}{f(a=b)!=c=:x}"
e = f"{f(k=1), {1}=}{f(k=1), {1: 2}=!r}{f(k=1)[a:b]=:x}{a[f(b=1):c]=:x}{f(k=1), {}=}"
f = f"{f(k=1), (n:=2)=}{f(k=1), (n:=2)=:x}{f(k=1)[f'{a!=b=:y}{c=}']=:x}"
g = f"{x:{a}{f(a=1) or {1}=}}{x:{a}{(b!=c)=:y}}{x:{(lambda: 1)=:y}}"
h = f"{x=}text{y!=z=:{a}{b=}}{{{c=}}}{d=!s:{e}}"
i = f"""{
    f(k=1), # {com
    {1}
    =}{x:
    {a}
    {b
    =}}{x # com!='
    != y=:z}"""
j = rf"{x!=y=:\n}\{f(k='\n'), {1}=}"
k = f"{f(k='\n'), {'\n'}=}{a!='\n'=:x}"
