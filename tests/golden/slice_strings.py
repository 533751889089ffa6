x[:"1x"] = 1
x[:"abc"], x[:"abc"], x["abc":], abc, "abc"
x[:""], x[:"é"], x["a":"b":"zé"]
