del a.__debug__
a.__debug__ += 1
