# Behind a field of a format spec two braces stand for one, before it they open a set.
f'{x:{w}{{l}'
f'{x:{w}{{l}}}'
f'{x:{w}{{{{{a}}}} {{{b}}}'
f'{x:{w:{z}{{y}b{{v}' '{{' f'{x:{{1}}{{2}'
rf'{x!r:{w}{{\n{a}}' f'{x=:{w}\{{a\N{DIGIT ONE}{{}'
f'''{x:{
    w
}
{{a}{b:{{c}}}}}'''
