"""What `grad` prints for a line of each kind, in full; differences stand in the other tests."""

from __future__ import annotations

import shlex

import pytest

from tests.derive.test_gradients import WHOLE
from tests.golden import check
from tests.shell.running import invoke

GIVEN = ["W=1 -2 3; 2 1 -1", "x=1 -2 3", "y=2 1 -1", "u=2 -1", "s=3"]


@pytest.mark.parametrize("pattern", WHOLE)
def test_operations(pattern: str, regenerate: bool) -> None:
    """The working of each operation, and of its gradients, over whole numbers."""
    equation = f"L = sum({pattern.format(a='y*x', b='s')})"
    used = [each for each in GIVEN if each[0] in equation.replace("sum", "").replace("max", "")]
    for words in (used, GIVEN):
        done = invoke("grad", equation, *words, "--explain")
        if done.status == 0:
            break
    check("grad.json", pattern, [*done.out.splitlines(), *done.err.splitlines()], regenerate)


@pytest.mark.parametrize("line", [
    # Letters, loops, functions and what stands between.
    "'y[i] = ∑_j W[i,j] x[j]; L = y @ y' W='1 2; 3 4' x='1 -1' --explain",
    "'y[i] = ∑_j W[i,j] x[j] + b[i]' W='1 2; 3 4' x='1 -1' b='1 1' --jacobian y --wrt W",
    "'c[i,k] = ∑_j A[i,j] B[j,k]; L = ∑_i c[i,i]' A='1 2; 3 4' B='0 1; 2 3' --explain",
    "'y[i] = ∑_k w[k] x[2*i+k]; L = sum(y^2)' w='1 -1' x='1 2 3 4 5' --explain",
    "'L = ∑_i ∑_j (x[i] - x[j])^2' x='1 2 4' --explain",
    "'d[i] = A[i,i]' A='1 2; 3 4' --jacobian d",
    "'f(a, b) = a^2 + b; L = f(x, f(y, 2))' x=3 y=2 --explain",
    "'for t in 1..T: h[t] = tanh(w*h[t-1] + x[t-1]); h[0] = 0; L = h[T]' T=2 w=0.5 x='1 2' "
    "--explain",
    "'for t in 1..3: h[t] = w*h[t-1]; h[0] = 1; L = h[3]' w=2 --hessian --explain",
    "'L = x^2*y' x=3 y=2 --hessian --along 'x=1' --along 'y=-1'",
    "'L = x[0]*x[1]' x='2 3' --hessian",
    "'y = relu(W @ x); L = sum(y)' W='1 2; 3 4' x='1 -1' --check", "--list -f plain",
    "'L = relu(x) + abs(x - 1) + max(x, 0)' x=0 --explain", "'L = x^0 + 0^x' x=0 --explain",
    "'L = sum(x^n)' x='0 1 2' n=3 --explain", "'L = sum(x^[0,1,2])' x='0 1 2' --explain",
    "'L = gelu(x) + gelu(x, tanh) + erf(x)' x=0.5 --explain",
    "'y = x[..., 0]; L = sum(y)' x='1 2; 3 4'",
    "'y = softmax(z); L = -sum(t*ln(y))' z='1 2 3' t='0 0 1' --explain",
    "'L = relu'\"'\"'(x)*2' x=3",
    "'y = conv(x, w, b, pad=1); L = sum(y^2)' x='[[[[1,2],[3,4]]]]' w='[[[[1,0],[0,-1]]]]' b='[1]' "
    "--explain",
    "'y = maxpool(x, 2); z = avgpool(x, 2, pad=1, exclude_pad=yes); L = sum(y) + sum(z)' "
    "x='[[[[1,2],[3,4]]]]' --explain",
    "'E = one_hot(i, 3); L = sum(gather(W, i)*E)' i='0 2' W='1 2 3; 4 5 6; 7 8 9' --explain",
    "'w = 0.5; x = 2; z = w*x; L = (z - 3)^2' --explain",
    "'L = (w*x - t)^2' w=3 x=2 t=5 -f latex --explain",
    "'L = (w*x - t)^2' w=3 x=2 t=5 --expect '{\"gradients\": {\"L\": {\"w\": 5, \"x\": 6}}}'",
    "'y = W @ x; L = sum(y^2)' W='1 2; 3 4' x='1 -1' --at dW:0,1", "attention --wrt Q -f plain",
    "'z = w*x + b; y = σ(z); L = -ln(y)' w=0.5 x=2 b=0 --wrt w,z --explain",
    # What is not understood, and where.
    "'L = (x' x=1", "'L = x)' x=1", "'L = x +' x=1", "'L = 2x' x=1", "'L = x y' x=1 y=2",
    "'L = [1, 2; 3]'", "'L = foo(x)' x=1", "'L = sun(x)' x=1", "'L = ln(x, y)' x=1 y=2",
    "'L = x' y=1", "'L = x + y' x=1", "'L = L + x' x=1", "'a = b; b = c; c = a; L = a'",
    "'a = b; b = c; c = d; d = e; e = f; f = g; g = h; h = i; i = j; j = k; k = l; l = a; L = a'",
    "'L = W @ x' W='1 2; 3 4' x='1 2 3'", "'L = W @ W' W='1 2 3; 4 5 6'",
    "'L = x + y' x='1 2' y='1 2 3'",
    "'L = reshape(x, 4, -1)' x='1 2 3'", "'L = reshape(x, -1, -1)' x='1 2 3 4'",
    "'L = reshape(x, -2)' x='1 2'", "'L = broadcast(x, 0)' x='1 2'", "'L = trace(x)' x='1 2'",
    "'L = concat(x, W)' x='1 2' W='1 2; 3 4'", "'L = sum(x, axis=2)' x='1 2'", "'L = x[5]' x='1 2'",
    "'L = W[0, 1, 2]' W='1 2; 3 4'", "'L = pick(x, 7)' x='1 2'", "'L = gather(W, 5)' W='1 2; 3 4'",
    "'L = ln(x)' x=-1", "'L = 1/x' x=0", "'L = sqrt(x)' x=-2", "'L = exp(x)' x=1000",
    "'L = sum(x) @'", "'L = where(x > 0, x)' x=1", "'L = clip(x)' x=1", "'f(a) = a; L = f(1, 2)'",
    "'f(a) = f(a); L = f(1)'", "'y[i] = x[j]' x='1 2'",
    "'y[i] = ∑_j W[i,j] x[i]' W='1 2; 3 4' x='1 2 3'",
    "'y[i] = x[i+5]' x='1 2'", "'L = x' x=1 --of z", "'L = x' x=1 --wrt z", "'L = x*y' x='1 2' y=2",
    "'L = squeeze(W, 0)' W='1 2; 3 4'", "'L = transpose(W, (0, 0))' W='1 2; 3 4'",
    "'L = conv(x, w)' x='1 2' w='1 2 3'", "'L = maxpool(x, 5)' x='1 2'", "'\n\nL = x +\n y' x=1",
    "'L = x @ y' x='[[[1,2],[3,4]]]' y='[[[1,2],[3,4],[5,6]]]'", "'L = x == ' x=1", "'= 3'",
    "'3 = L'",
    "'L = x; L = y' x=1 y=2", "'x = 1; L = x' x='1 2'", "'L = x' --along x=1",
    "'L = x' x=1 --along q=1",
    "'for t in 1..T: h[t] = h[t-1]; h[0] = 1; L = h[T]'", "'for t in 3..1: h[t] = 1; L = h[1]'",
])
def test_in_full(line: str, regenerate: bool) -> None:
    done = invoke("grad", *shlex.split(line))
    found = [done.status, *done.out.splitlines(), *done.err.splitlines()]
    check("grad.json", line, found, regenerate)
