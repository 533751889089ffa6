# 22 inlined comprehensions in each other, and one within 21 loops: newer releases count them as blocks.
[[[[[[[[[[[[[[[[[[[[[[x for a0 in b] for a1 in b] for a2 in b] for a3 in b] for a4 in b] for a5 in b] for a6 in b] for a7 in b] for a8 in b] for a9 in b] for a10 in b] for a11 in b] for a12 in b] for a13 in b] for a14 in b] for a15 in b] for a16 in b] for a17 in b] for a18 in b] for a19 in b] for a20 in b] for a21 in b]
for c0 in d:
 for c1 in d:
  for c2 in d:
   for c3 in d:
    for c4 in d:
     for c5 in d:
      for c6 in d:
       for c7 in d:
        for c8 in d:
         for c9 in d:
          for c10 in d:
           for c11 in d:
            for c12 in d:
             for c13 in d:
              for c14 in d:
               for c15 in d:
                for c16 in d:
                 for c17 in d:
                  for c18 in d:
                   for c19 in d:
                    for c20 in d:
                     [e for e in d]
