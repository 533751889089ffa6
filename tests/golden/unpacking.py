a, b = 1, 2
a, *b, c = d
(a, b), c = e
a = b = c
