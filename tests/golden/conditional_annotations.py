class A(x):
    for x in y:
        x: x


class B:
    if x:
        y: int
    z: int


class C:
    [c for c in __conditional_annotations__]
    try:
        a: int = 1
    finally:
        b: str
