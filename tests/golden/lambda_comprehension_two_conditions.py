lambda b: [a + c for a in b for c in a if c if a]
