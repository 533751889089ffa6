# Only up to 3.13.5 is this the namespace of the class: newer releases refuse it.
class A:
    x = [lambda: __classdict__ for q in __classdict__]
    y = {(lambda: __classdict__)(): q for q in __classdict__}
