import a.qx_part


def f(x):
    return x in {"color", "qx"}, x in {"qx_part", "qx"}, x in {"qy", "qx"}


def g(x):
    return x in {"color", "qx"}, x in {"qx_part", "qx"}, x in {"qy", "qx"}
