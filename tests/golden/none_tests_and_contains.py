if x is not None: y
if not (a and b or c): d
if a in (1, 2, 3): e
if a in [1, b]: e
if a not in {1, 2}: e
