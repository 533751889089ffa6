match x:
    case [1, *_, y]: z
