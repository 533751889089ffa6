class C:
    [__conditional_annotations__ for x in y]
    [lambda: __conditional_annotations__ for x in y]
