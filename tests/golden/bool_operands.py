x[__debug__ ** 257] = x
(1 << 127) * True, (1 << 126) * True, True << 128, True ** 64
