def a():
    class B:
        global a
        def a():
            class B:
                pass
class c:
    class D:
        global c
        class c:
            def D(self): pass
