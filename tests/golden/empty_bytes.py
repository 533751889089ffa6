try:
    nothing = b'a' * 0
    some = [x[b'':b''], x[b''], ((b'a' * 0, 1), b'b' * False)]
except NameError:
    pass


def f():
    try:
        return b'ab' * 0
    finally:
        pass
