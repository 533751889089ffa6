match a:
    case A(b, _=1): c
