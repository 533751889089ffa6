WORD = "größe"
