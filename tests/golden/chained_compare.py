z = a < b < c
if a < b < c: d
