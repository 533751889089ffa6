# 3.13.0 reads escapes in the text that `=` shows, but not in format specs and not in raw f-strings.
f"{r"\xFF"=}" "a" f"{"\xFF\n"  =  !s}"
f"{'a\
b'=}"
f"{'\N{space}\q\8\777'=}" rf"{'\N{space}\xff'=}" f"{b'\\'=:\x41{b'\x42'=}}"
f"{f'{r'\x41'=}'=}" f"{f'\x41{r'\x41'=}'}" f"{rf'\x41{r'\x41'=}'}" f"{a:{f'{r'\x41'=}'}}"
