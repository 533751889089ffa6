'' f'}}'
not '' r'' f'' f'{c(d)=}{n:{6}}'
f'a{{\
{f}'
f"{é}\N{BULLET}\
{8}"
