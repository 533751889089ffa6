"""The text that f-strings show with a value: releases differ in where it begins and ends, and in what is a comment."""
w = f"{'#'=}{'a' "b#" =:x}"
x = f"""{'a\'b' # com
    =}{x # com
    =}{'\'' # b
    =}"""
y = f"{[lambda d: k2]= :>5}{f(k=1)=}{a[b:c]=:x}{a[b==c:c]=:x}{(a!=c)=}"
z = rf"{x:\n}{x:\n{y}\n}"
v = f"{f'{a=:#}'=}"
