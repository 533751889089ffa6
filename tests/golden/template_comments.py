# A quote inside a string inside a string ends it for CPython's search for comments, which then takes `#` for one.
x = 1
one = t"{t'{f'{x}#'}' = }"
two = t"{t'{f'{x}#'}'}"
three = t"{t'{f'{x = }#'}' = }{x}"
four = t'''{x #c=
 = #d=
}'''
