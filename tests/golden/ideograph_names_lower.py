x = "\N{cjk unified ideograph-4e00}\N{hangul syllable ga}"
