match x:
    case 1: a
    case "s" | None: b
    case [a, *_, y]: c
    case {"k": v, **rest}: d
    case C(a, b=1): e
    case (1, 2) as q if q > 1: z
    case _: g
