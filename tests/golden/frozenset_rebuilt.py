x = {'foo','bar'} ; y = a in {'foo','bar'}, (lambda: a in {'foo', 'bar'})
