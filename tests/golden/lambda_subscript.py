lambda a, b: [a, b, a][0] if a else b
