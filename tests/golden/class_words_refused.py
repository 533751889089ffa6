class A:
    def __classdict__(self): pass
    type x = y
