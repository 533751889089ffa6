# The end of a class body after handlers: it has the line of the code before it in the bytecode.
class A:
    try:
        a
    except B:
        b
    except C as d:
        d + d
    else:
        def f[T](self: T): return super()
