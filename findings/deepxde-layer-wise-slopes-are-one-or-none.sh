#!/usr/bin/env bash
# DeepXDE 1.15.0: FNN with "LAAF-10 tanh", layer-wise locally adaptive activations after Jagtap and
# others (2020), makes one activation for all layers, with a single slope: what is trained is the
# older global variant and not one slope for each layer, and its gradient is the sum of those of
# all. Named once for each layer, in a list, which FNN takes too, the activations are kept in a
# plain list: their slopes are no parameters of the network, stay at 1/10 through training and are
# not saved. (PyTorch backend.)
# Output seen: one name: slopes in parameters 1 gradients 15.21 after a step 0.0848 a name each: slopes in parameters 0 gradients 4.82 5.04 5.34 after a step 0.1000 0.1000 0.1000 saved 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 scikit-optimize==0.10.2 matplotlib==3.11.2 pyaml==26.7.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps deepxde==1.15.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os

os.environ["DDE_BACKEND"] = "pytorch"
import deepxde
import torch

sizes = [1, 8, 8, 8, 1]  # three hidden layers
for name, activation in (("one name", "LAAF-10 tanh"), ("a name each", ["LAAF-10 tanh"] * 4)):
    torch.manual_seed(0)
    network = deepxde.nn.FNN(sizes, activation, "Glorot normal")
    layers = network.activation if isinstance(network.activation, list) else [network.activation]
    known = sum(layer.a is each for layer in layers for each in network.parameters())
    network(torch.linspace(-1, 1, 20)[:, None]).square().sum().backward()
    slopes = [layer.a.grad.item() for layer in layers[:3]]
    torch.optim.SGD(network.parameters(), lr=0.001).step()
    print(f"{name}: slopes in parameters {known} gradients", *(f"{each:.2f}" for each in slopes), "after a step", *(f"{layer.a.item():.4f}" for layer in layers[:3]), end=" ")
print("saved", sum(key.startswith("activation") for key in network.state_dict()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="one name: slopes in parameters 1 gradients 15.21 after a step 0.0848 a name each: slopes in parameters 0 gradients 4.82 5.04 5.34 after a step 0.1000 0.1000 0.1000 saved 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
