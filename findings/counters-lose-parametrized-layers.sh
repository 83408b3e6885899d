#!/usr/bin/env bash
# Three counters of PyTorch 2.13.0 models know layers by their classes. Under a parametrization of
# torch.nn.utils, weight_norm here, the class becomes ParametrizedConv2d, and torchinfo 1.8.0, thop
# 0.1.1.post2209072238 and ptflops 0.7.5 (its pytorch backend, the default) count 0 for a
# convolution of 3,888 multiply-adds; thop has no parameters of it, either. fvcore
# 0.1.5.post20221221 and ptflops' aten backend, which adds 108 biases, count it.
# Output seen: plain fvcore 3888 aten 3996 pytorch 1998 torchinfo 3996 thop 3888 222 weight_norm fvcore 3888 aten 3996 pytorch 0 torchinfo 0 thop 0 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 fvcore==0.1.5.post20221221 ptflops==0.7.5 torchinfo==1.8.0 thop==0.1.1.post2209072238 \
  numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, torch, torchinfo
from fvcore.nn import FlopCountAnalysis
from ptflops import get_model_complexity_info
from thop import profile
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

def counted(model):
    x = torch.ones(2, 4, 5, 5)
    with contextlib.redirect_stdout(io.StringIO()):
        yield f"fvcore {int(FlopCountAnalysis(model, x).total())}"
        for backend in ("aten", "pytorch"):
            yield f"{backend} {get_model_complexity_info(model, (1,), input_constructor=lambda _: x, as_strings=False, print_per_layer_stat=False, backend=backend)[0]}"
        yield f"torchinfo {torchinfo.summary(model, input_data=[x], verbose=0).total_mult_adds}"
        products, parameters = profile(model, (x,), verbose=False)
        yield f"thop {int(products)} {int(parameters)}"

print("plain", *counted(nn.Sequential(nn.Conv2d(4, 6, 3))), "weight_norm", *counted(nn.Sequential(weight_norm(nn.Conv2d(4, 6, 3)))))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="plain fvcore 3888 aten 3996 pytorch 1998 torchinfo 3996 thop 3888 222 weight_norm fvcore 3888 aten 3996 pytorch 0 torchinfo 0 thop 0 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
