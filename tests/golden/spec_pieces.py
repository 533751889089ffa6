# Format specs with several pieces of text, and with empty ones.
def f(a, b, c):
    x = f"{a:>{b}}", f"{a:{b}.{c}f}", f"{a:{b}{c}}", f"{a:}", f"{a:{''}}"
    y = f"""{a:{b}
{c}}""", f"{a!r:{b}>{c}}", f"{a:\N{BULLET}>{b}}", f"{a:\N{BULLET}\N{BULLET}}"
    return x, y
