x = f"a{b!r:>{w}}c" f"{d=}"
