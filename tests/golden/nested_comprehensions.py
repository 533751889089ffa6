x = [[y for y in z] for z in w if [q for q in z]]
