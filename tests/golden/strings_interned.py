x = 'é'; y = 'a b'; z = 'a b'; w = '%'; v = b'x', b'', b'xyz'
