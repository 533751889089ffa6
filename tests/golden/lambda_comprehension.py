lambda b: [a for a in b]
