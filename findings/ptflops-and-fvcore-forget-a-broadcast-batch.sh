#!/usr/bin/env bash
# Three counters of PyTorch 2.13.0 models take a product of matrices to be all numbers of the first
# times the columns of the second. Where the first is broadcast, to 3 matrices here, fvcore
# 0.1.5.post20221221, ptflops 0.7.5 (its pytorch backend, the default) and calflops 0.3.2 count 240
# of 720 multiply-adds, and say nothing; torchprofile 0.1.0 and PyTorch's flop counter count 720. A
# matrix times a vector has 40: ptflops and calflops count 320, and PyTorch 0.
# Output seen: fvcore 240 ptflops 240 calflops 240 torchprofile 720 torch 720 vector ptflops 320 calflops 320 torchprofile 40 torch 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 fvcore==0.1.5.post20221221 ptflops==0.7.5 calflops==0.3.2 torchprofile==0.1.0 \
  transformers==5.24.0 accelerate==1.15.0 numpy==2.4.6 huggingface-hub==2.4.0 safetensors==0.8.0 tokenizers==0.23.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, torch
from calflops import calculate_flops
from fvcore.nn import FlopCountAnalysis
from ptflops import get_model_complexity_info
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchprofile import profile_macs

class Product(nn.Module):
    def __init__(self, *size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x):
        return torch.matmul(x, self.weight)

def counted(model, x, fvcore=True):
    with contextlib.redirect_stdout(io.StringIO()):
        if fvcore:
            yield f"fvcore {int(FlopCountAnalysis(model, x).total())}"
        yield f"ptflops {get_model_complexity_info(model, (1,), input_constructor=lambda _: x, as_strings=False, print_per_layer_stat=False)[0]}"
        yield f"calflops {calculate_flops(model, args=[x], print_results=False, output_as_string=False)[1]}"
        yield f"torchprofile {profile_macs(model, x)}"
        with FlopCounterMode(display=False) as counter:
            model(x)
        yield f"torch {counter.get_total_flops() // 2}"

found = [*counted(Product(3, 8, 6), torch.ones(5, 8)), "vector", *counted(Product(8), torch.ones(5, 8), fvcore=False)]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="fvcore 240 ptflops 240 calflops 240 torchprofile 720 torch 720 vector ptflops 320 calflops 320 torchprofile 40 torch 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
