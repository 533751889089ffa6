x = a and b or not c
y = a if b else c
