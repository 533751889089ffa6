async def f(a, b, *c: *(a == b)):
    f(*(a) == b, *a or b, **(a) == b, **not a)
    x[*(a) == b], x[a, *(a) < b < c], x[*(a) or b, :]
    x[(a, *(a or b)), *not a] = [*(a == b), *(a) | b, *(  # (
        a or b)]
    return *(a == b), *(a), *(not a), *(a) ** (b), *(await a), {**(a or b), **(a) | b, (c): d, **(a if b else c)}


class C[*T = *(a == b)](*(a) == b, **(a) == b):
    match a:
        case (a.b)|((1)), (2), [(3), *b, (4)] | (1, (2), *b): pass
        case ((c)), *_, [d, e]: pass
        case {1: (a), **r}, A(b=(c), d=((e))), ((B(f), *_)): pass
    try:
        pass
    except* a:
        pass
    else:
        pass
    finally:
        pass
