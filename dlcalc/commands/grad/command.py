"""Values and derivatives of equations written down as in a textbook.

\b
z = w*x + b            NAME = EXPRESSION, one a line or divided by ;
y = σ(z)               in any order; # starts a comment
L = (y - t)²           dL/dw = ∂L/∂y·∂y/∂z·∂z/∂w, over all paths

FILE holds equations, or is - or the equations themselves, a name of the library (--list:
gru-step, attention, adam …, with numbers that NAME=VALUE replaces), or JSON: equations, values,
of and wrt, as a result has them. VALUE is a number, or an array as all commands take
them; an .npz or .json among them holds values by name. An equation that names nothing, as
w = 0.5, is an input with a value that NAME=VALUE replaces.

\b
+ - * · × / ^ ** ²     element by element; -w^2 is -(w^2); > < >= <= == != give 1 or 0
@  W^T  W'  Wᵀ         matrix product, done before *, and transposed; a vector is a column
⊙                      as *, with a vector for every row of a matrix too
x[0] x[:, 1] x[0:2]    elements and slices, counted from 0; x[i] takes the rows i counts
[a, b]  [a, b; c, d]   a vector, a matrix; (a; b) is a column of its parts
sum mean prod var std norm max min softmax logsumexp log_softmax    of all elements (the
                       last three along the last axis), or axis=0, axis=(0, 1), keepdims=yes
cumsum(x, axis=0) trace(A)   the sum along the diagonal, of many matrices of each
exp expm1 ln log log1p sqrt sin cos abs sign erf max(a, b) min(a, b) where(a > b, x, y)
clip(x, low, high) between(x, low, high) sigmoid σ tanh relu relu6 leaky_relu(x, 0.01)
prelu(x, a) elu(x, 1) celu selu gelu gelu(x, tanh) silu mish softplus softsign hard_sigmoid
hard_swish hard_tanh log_sigmoid identity   also relu'(x), the slope of one
concat(a, b, axis=0) stack(a, b) reshape(x, 3, -1) transpose(x, (0, 2, 1)) expand(x, axis=1)
squeeze broadcast(x, 2, 3) gather(x, i, axis=0) pick(x, i) one_hot(i, 10) floor(x) ⌊x⌋
ceil(x) ⌈x⌉ stop(x), which carries no gradient
conv(x, w, b, stride=2, pad=1, dilation=1, groups=1) conv_transpose(…, output_padding=1)
maxpool(x, 2, stride=2, pad=0, ceil=yes) avgpool(x, 2, exclude_pad=yes)
back(g, f(x, w), w)    the gradient g of a call carried back to w; back(g, x[2]) is g in that
                       place, 0 elsewhere: lines of --explain are equations, too

\b
y[i] = ∑_j W[i,j] x[j]            sums over letters; products need no sign in them; A[i,i]
                                  is a diagonal, x[2*i+k] a window: i runs as far as it fits
f(a, b) = a² + b                  a function of your own
for t in 1..T: h[t] = tanh(w*h[t-1] + x[t-1])    with h[0] = …, and T=3 or T = 3

Products are never left unsaid: w*x, not w x. Names may be Greek or indexed (w_1, or w₁,
which is w1). Without --of, every number that no other equation uses is derived. Whole
numbers stay exact under + - * and whole powers. log is the natural one;
π is pi, e Euler's number.

\b
Examples:
  dlcalc grad 'L = (w*x - t)^2' w=3 x=2 t=5
  dlcalc grad 'z = w*x + b; y = σ(z); L = -ln(y)' w=0.5 x=2 b=0 --wrt w,z --explain
  dlcalc grad 'y = relu(W @ x); L = sum(y)' W='1 2; 3 4' x='1 -1' --check
  dlcalc grad 'L = norm(x)^2' x='3 4' --expect '{"gradients": {"L": {"x": [6, 8]}}}'
  dlcalc grad attention --check
  dlcalc grad --explain
"""

from __future__ import annotations

from dlcalc.shell.lazy import lazily
from dlcalc.shell.types import TextType

answer = lazily("dlcalc.commands.grad.answer")
EQUATIONS = TextType("equations", complete=lambda *_: answer.library_names(), files=True)
