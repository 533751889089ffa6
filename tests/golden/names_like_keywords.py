𝐓rue = 1
x.𝐍one
