# 3.13.0 reads escapes in the format specs of raw f-strings too.
rf'{x:\n}'
rf'{x:{w}\n{{}' rf'{x:\x41{w}\d}' rf'{x!r:\'}\n'
rf'''{x:\
{w}\{{y}}}'''
