#!/usr/bin/env bash
# A transposed convolution spreads each of its inputs: 4 channels of 5x5 in a batch of 2 by 6
# kernels of 3x3 are 10,800 products at any stride, and 5,400 in 2 groups; fvcore
# 0.1.5.post20221221, ptflops 0.7.5 (for one sample) and PyTorch 2.13.0's flop counter say so.
# thop 0.1.1.post2209072238, torchinfo 1.8.0 and torchprofile 0.1.0 count every weight at every
# output, 52,272 with a stride of 2; torchprofile does so whatever the groups, ten times of what
# there is, and calflops 0.3.2 has a third of them.
# Output seen: groups 1 fvcore 10800 ptflops 5400 torch 10800 thop 52272 torchinfo 52272 torchprofile 52272 calflops 10800 groups 2 fvcore 5400 ptflops 2700 torch 5400 thop 26136 torchinfo 26136 torchprofile 52272 calflops 1800
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 fvcore==0.1.5.post20221221 ptflops==0.7.5 torchinfo==1.8.0 thop==0.1.1.post2209072238 \
  torchprofile==0.1.0 calflops==0.3.2 transformers==5.24.0 accelerate==1.15.0 numpy==2.4.6 huggingface-hub==2.4.0 safetensors==0.8.0 tokenizers==0.23.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, torch, torchinfo
from calflops import calculate_flops
from fvcore.nn import FlopCountAnalysis
from ptflops import get_model_complexity_info
from thop import profile
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchprofile import profile_macs

def counted(groups):
    x, model = torch.ones(2, 4, 5, 5), nn.ConvTranspose2d(4, 6, 3, stride=2, groups=groups, bias=False)
    with contextlib.redirect_stdout(io.StringIO()):
        yield f"fvcore {int(FlopCountAnalysis(model, x).total())}"
        yield f"ptflops {get_model_complexity_info(model, (4, 5, 5), as_strings=False, print_per_layer_stat=False)[0]}"
        with FlopCounterMode(display=False) as counter:
            model(x)
        yield f"torch {counter.get_total_flops() // 2}"
        yield f"thop {int(profile(model, (x,), verbose=False)[0])}"
        yield f"torchinfo {torchinfo.summary(model, input_data=[x], verbose=0).total_mult_adds}"
        yield f"torchprofile {profile_macs(model, x)}"
        yield f"calflops {calculate_flops(model, args=[x], print_results=False, output_as_string=False)[1]}"

print("groups 1", *counted(1), "groups 2", *counted(2))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="groups 1 fvcore 10800 ptflops 5400 torch 10800 thop 52272 torchinfo 52272 torchprofile 52272 calflops 10800 groups 2 fvcore 5400 ptflops 2700 torch 5400 thop 26136 torchinfo 26136 torchprofile 52272 calflops 1800"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
