match x:
    case +1:
        a = 1
    case + 1.5 | +2j | -1 | (+3) | +4+5j | +6 - 7j:
        a = 2
    case {+1: b, +2+3j: c, -1: d, 
        'e': +4}:
        pass


def f(x):
    match x, +1:
        case [+1, (+2), *_] | (  # +3
                +3, +99999999999999999999999) if +x > +1:
            return +1, x[+1], {+1: +2}
        case C(+1, a=+2, b=[+3 + 4j]):
            return (+
                    5)
        case case(+1 as case):
            case +1
            case + 1, +2
            return [case +1, +1]
