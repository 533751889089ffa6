if (x := f()) is None: x
while_ = x is not None and y
