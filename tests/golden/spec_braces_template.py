# Behind a field of a format spec two braces stand for one, before it they open a set.
t'{x:{w}{{l}'
t'{x:{w}{{l}}}'
t'{x:{w}{{{{{a}}}} {{{b}}}'
t'{x:{w:{z}{{y}b{{v}' t'{x:{{1}}{{2}'
rt'{x!r:{w}{{\n{a}}' t'{x=:{w}\{{a\N{DIGIT ONE}{{}'
t'''{x:{
    w
}
{{a}{b:{{c}}}}}'''
