# Level 1 does not compile what is refused here.
assert x @ await y
class C:
    assert [z async for z in await x]
class D:
    x = 1
    assert [[z async for z in x] for y in x], (await z)
class E:
    assert (z async for z in await x)
class F:
    assert (yield)
