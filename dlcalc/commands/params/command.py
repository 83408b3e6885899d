"""Parameters, shapes, multiply-accumulates and memory, layer by layer.

\b
params = (K·K·C + 1)·F                 a convolution, C channels to F filters
params = (N + 1)·U                     a linear layer, N inputs to U units

MODEL is a name that `dlcalc models` lists, a file in the layer notation, - for standard
input, layers typed in, a model in Python (PyTorch or Keras, pasted or a .py file, read
and never run), a config.json of Hugging Face or its folder, or a file of
weights or a graph (.safetensors and its index, .gguf, .pt, .pth, .bin, .ckpt, .npz,
.npy, .onnx, .keras, .h5, Keras's to_json), of which the headers alone are read and
nothing is run. The layers of a GGUF file are those that its metadata gives: --tokens
and --cached count them. In the notation a layer ends with the line or a semicolon:

\b
  [NAME:] TYPE ARGUMENTS KEY=VALUE…    C1: conv 6 5 stride=2 pad=1
  repeat N [shared]: / sum: / concat: / scale: / aside: / built:  with indented lines,
  branches under branch:

Records on standard input (CSV or TSV with a header, or JSON objects: model, input,
batch, tokens, dtype, …) are answered with their totals, a model a line.

\b
The layers; one without its arguments is answered with how it is written:
  {layers}

\b
Examples:
  dlcalc params lenet
  dlcalc params lenet --layer C1 --explain
  dlcalc params --input 1x32x32 'conv 6 5' 'maxpool 2' flatten 'linear 10'
  dlcalc params lenet --set C1.kernel=4 --set C1.filters=5 --set C1.stride=2
  dlcalc params lenet --columns name,weights,biases,start,weights_bytes
  dlcalc params resnet18 --compare resnet34 -f csv
  dlcalc params gpt2 --batch 8 --dtype bfloat16 -f json
  dlcalc params --input 3x3 'lstm 4' --framework keras
  dlcalc params llama-2-7b --cached 4000 --causal --dtype bfloat16 --summary
  dlcalc params llama-2-7b --lora 16:all --recipe bf16-mixed-adam --fit 80GiB --summary
  dlcalc params lenet alexnet deepseek-v3
  printf 'model,batch\\nlenet,8\\nvgg16,1\\n' | dlcalc params
  dlcalc params resnet50 --as torchinfo
  dlcalc params resnet50 --explain-figure 4.134G
"""

from __future__ import annotations

import click

from dlcalc.names import DTYPES
from dlcalc.shell.lazy import lazily
from dlcalc.shell.options import QuickCommand
from dlcalc.shell.types import TextType

deployment, use = lazily("dlcalc.models.deployment"), lazily("dlcalc.models.use")


def _columns(ctx: click.Context, incomplete: str) -> list[str]:
    """Columns of the table of a model, behind those that are typed already."""
    from dlcalc.commands.params.count_answer import COLUMNS

    before, comma, _ = incomplete.rpartition(",")
    names = [name for name in COLUMNS if name not in before.split(",")]
    return [before + comma + name for name in (names if comma else [*names, "all"])]


DTYPE = TextType("dtype", use.dtype_named, lambda *_: DTYPES)
FIT = TextType("size", deployment.size_in_bytes)
COLUMN = TextType("column", complete=lambda *word: _columns(*word)[:-1])
COLUMNS = TextType("columns", complete=_columns)


class Command(QuickCommand):
    """The command, whose help lists the types of layers that there are."""

    @property
    def help(self) -> str:
        """The help with the list, which is made when it is read."""
        from textwrap import wrap

        from dlcalc.layers.table import types

        return self._help.replace("{layers}", "\n  ".join(wrap(" ".join(types()), 80)))

    @help.setter
    def help(self, text: str) -> None:
        self._help = text
