class A:
    {__classdict__: x for x in x}


class B:
    {__class__: x for x in x}
