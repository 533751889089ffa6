class A:
    {__classdict__: x for x in x}


class B:
    {__class__: __conditional_annotations__ for x in x}
