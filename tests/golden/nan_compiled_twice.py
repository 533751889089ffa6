try: pass
finally: a(1e309*0)
while 1e309*0: pass
x = [1e309*0, 1e309*0]
try: pass
finally: a((1e309*0, 2))
while x in {1e309*0, 3}: pass
