def f(a):
    try:
        a()
    except A as e:
        raise B from e
    except (C, D):
        return 1
    except:
        pass
    else:
        return 2
    finally:
        a = 3
def g(a):
    for x in a:
        try:
            try: x()
            finally: del x
        except* A as e: print(e)
        except* B: pass
        else: x = None
        finally:
            for y in a:
                if y: break
def h(a):
    try:
        if a and b: c
        x = (1, 2)
        return x or a
    finally:
        with a: return lambda: 1
