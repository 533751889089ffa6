match a:
    case _.b: c
