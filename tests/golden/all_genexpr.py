x = all(a for a in b)
y = any([a for a in b]); z = tuple(a for a in b)
