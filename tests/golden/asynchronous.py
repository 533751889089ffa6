async def f(a, b):
    async for x in a:
        if x: break
        async with b as c, a: return
    else:
        await b
    r = [y async for y in a if await y]
    s = (z async for z in a)
    t = {k: await v for k, v in b}
    async with a:
        try: yield r
        except* E as e: await e
        finally: yield s
async def g(a):
    async for x in a:
        async for y in x: continue
    return await a
