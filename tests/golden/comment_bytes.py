x = 1  # café
# ÿ
y = 2
