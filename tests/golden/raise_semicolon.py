try:
    raise;
except E: raise; x
