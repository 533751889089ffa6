# What a case ends with has the location of the code after it.
def f(x):
    while x:
        match x:
            case 1:
                a
            case 2:
                b = 1
            case 3:
                a.b \
                    .c += (
                        1)
            case 4:
                import d
            case 5 if a < b:
                if a < b < c:
                    del d
            case 6:
                while a < b: c = d
            case 7:
                for c in d: e = c
                else: e = d
            case 8:
                with a as b: c = d
            case 9:
                try: a = b
                finally: c = d
            case 10:
                try: a = b
                except c: d = e
                else: e = d
            case 11:
                @a
                def b(): pass
            case 12:
                class c: pass
            case 13:
                match a:
                    case b if (b
                               < c): d = e
                    case _: d = c
            case 14:
                assert a < b, c
            case 15:
                d: int = c
            case 16:
                try: continue
                finally: a = b
            case 17:
                try: a
                except* b: c = d
            case {"k": a} if a < b:
                pass
            case [a, *_]:
                pass
            case _ if a < b:
                c = d
        a = 1
    match x:
        case 1: a = b
        case _: c = d
