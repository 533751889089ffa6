a = 1; match = 2; match.b = match, match[0]; m_tch = match
def f(x):
    x; match: int = 3; return match
if a: b; match, c = a
a; match (a)
a; match -a; match
