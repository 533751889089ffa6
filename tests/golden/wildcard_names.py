match a:
    case A(_=1): b
    case A(c, d=_, _=_): b
    case {_.a: b, _.b.c: d}: e
    case _: f
