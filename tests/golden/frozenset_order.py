x = {1, 'x y', 3.5} ; y = a in {1, 'x y', 'zz'}
