x = [a for a in b if c]
y = {a: b for a, b in c}
z = {a for a in b for c in a}
g = (a for a in b if a)
