x.y(a,
    b).z(
    c)
