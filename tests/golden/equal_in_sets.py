# What Python takes for equal is in a set once, however large it is and however many there are.
x in {10000000000000000000, 1e19, 10000000000000000000 + 0j, 9223372036854775807, 9.223372036854775807e18, 2**63}
x in {9100000000000000000, 9.1e18, 9.1e18 + 1.0}
x in {1e400, -1e400, 1e400 - 1e400}
x in {(1, "a"), (True, "a"), (1.0, "a"), (1, b"a")}
x in {0, -0.0, 0j, False, 0.5, 0.5 + 0j}
