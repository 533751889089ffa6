# Annotations that are only in cases.
match x:
    case 1:
        if y:
            a: int = 1
    case _:
        b: str


class C:
    match x:
        case 1:
            a: int

    class D:
        b: int


class E:
    if x:
        b: int
    match x:
        case 1:
            a: int
