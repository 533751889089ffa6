# Newer releases count inlined comprehensions as blocks, next to those of `async for`.
async def f():
    [[[[[[[[[[[[[[[[[[[x async for v0 in w] async for v1 in w] async for v2 in w] async for v3 in w] async for v4 in w] async for v5 in w] async for v6 in w] async for v7 in w] async for v8 in w] async for v9 in w] async for v10 in w] async for v11 in w] async for v12 in w] async for v13 in w] async for v14 in w] async for v15 in w] async for v16 in w] async for v17 in w] async for v18 in w]
    {{{{{{{{{{{{{{{{{{{{x for v0 in w} async for v1 in w} for v2 in w} async for v3 in w} for v4 in w} async for v5 in w} for v6 in w} async for v7 in w} for v8 in w} async for v9 in w} for v10 in w} async for v11 in w} for v12 in w} async for v13 in w} for v14 in w} async for v15 in w} for v16 in w} async for v17 in w} for v18 in w} async for v19 in w}
async def g():
    with a:
     with a:
      with a:
       with a:
        with a:
         with a:
          with a:
           with a:
            with a:
             with a:
              with a:
               with a:
                with a:
                 with a:
                  with a:
                   with a:
                    [[[x async for v0 in w] async for v1 in w] async for v2 in w]
