class É:
    __x: int = 1

    def f(__mangled: x = x, *, __y=0):
        f(__x=1)
