f = lambda x, *y, z=1, **k: x + z
