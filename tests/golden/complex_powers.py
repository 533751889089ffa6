2.0 ** 1e309j, 1j ** 1e309, 1e309j ** 1j
1j ** 8, 1j ** 64, (1 + 2j) ** -3
# 3.13.0 divides where others multiply.
1j ** 2.5j, (2 + 1j) ** (1 + 2j), (-3 + .5j) ** (2.5 + 1j), 1e200j ** 1e5j, 1e300j ** -1e3j, (1 + 1e309j) ** 1j
