"""Output size of a convolution or pooling, solved for any unknown.

\b
O = ⌊(L + 2P − D(F − 1) − 1)/S⌋ + 1
O = (L − 1)S − 2P + D(F − 1) + output_padding + 1     (--transposed)

Without both -L and -F, records on standard input are answered one by one, as they
arrive: CSV or TSV under a header of names (input, kernel, stride, pad, dilation,
output_padding, transposed, ceil), or a JSON object a line. What a record does not say,
the options do; other names pass through, and a bad record is told and left out. Answers
have the form of the records, unless -f says otherwise. With --solve, records have the
output, too; the answers are the first and the last of the values that give it.

\b
Examples:
  dlcalc size -L 32 -F 5
  dlcalc size -L 28x28 -F 3 -P same -S 2 -f json
  dlcalc size -L 4 -F 5 -S 2 -P 2 --transposed --output-padding 1
  dlcalc size -L 32 -F 5 -S 2 -O 16 --solve pad --explain
  dlcalc size -L 8 -F 3 -S 2 -P same-lower --framework onnx -f json
  printf 'input,kernel\\n32,5\\n28x28,3\\n' | dlcalc size -S 2
"""
