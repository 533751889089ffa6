x = t"a{b} c{d!r:x}"
