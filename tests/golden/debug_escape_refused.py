# 3.13.0 reads the escape that its text shows too.
f"{r'\x4'=}"
