x = 0.0; y = -0.0; z = 0j; w = True; v = 1.0; u = 1
