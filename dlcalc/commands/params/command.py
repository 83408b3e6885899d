"""dlcalc params."""

from __future__ import annotations

import click

from dlcalc.names import COUNTERS, DTYPES, PRECISIONS, RECIPES, SHARDS, STATES
from dlcalc.shell.lazy import lazily
from dlcalc.shell.models import CHANGE, LAYER
from dlcalc.shell.options import QuickCommand, answered, framework_option
from dlcalc.shell.types import MODEL, SIZE, NameType, TextType, WholeType

deployment, use = lazily("dlcalc.models.deployment"), lazily("dlcalc.models.use")

def _columns(ctx: click.Context, incomplete: str) -> list[str]:
    """Columns of the table of a model, behind those that are typed already."""
    from dlcalc.commands.params.count_answer import COLUMNS

    before, comma, _ = incomplete.rpartition(",")
    names = [name for name in COLUMNS if name not in before.split(",")]
    return [before + comma + name for name in (names if comma else [*names, "all"])]


class ParamsCommand(QuickCommand):
    """The command, whose help lists the types of layers that there are."""

    @property
    def help(self) -> str:
        """The help with the list, which is made when it is read."""
        from textwrap import wrap

        from dlcalc.layers.table import types

        return self._help.replace("{layers}", "\n      ".join(wrap(" ".join(types()), 80)))

    @help.setter
    def help(self, text: str) -> None:
        self._help = text


@click.command(cls=ParamsCommand)
@click.argument("model", type=MODEL, nargs=-1)
@click.option("--input", type=SIZE, help="Size of one input: CxHxW, TxD, or T tokens.")
@click.option("--layer", type=LAYER, metavar="NAME", help="This layer alone, or this block.")
@click.option("--set", "changes", type=CHANGE, multiple=True, metavar="LAYER.KEY=VALUE",
              help="Before and after a change: C1.kernel=4. May be given several times.")
@click.option("--compare", "other", type=MODEL, metavar="MODEL", help="Beside another model.")
@click.option("--batch", type=WholeType(1), default=1,
              help="Examples, for memory and for --as (1).")
@click.option("--tokens", type=WholeType(1), metavar="T", help="New positions of a sequence.")
@click.option("--cached", type=WholeType(0), metavar="S",
              help="Positions in the cache before them; without --tokens one is new.")
@click.option("--causal", is_flag=True,
              help="Count what kernels run that skip what a causal mask or a window hides.")
@click.option("--dtype", type=TextType("dtype", use.dtype_named, lambda *_: DTYPES), metavar="NAME",
              help=f"Type of the weights (float32): {', '.join(DTYPES)}.")
@click.option("--optimizer", type=NameType("optimizer", STATES), default="adam",
              help="What the training memory is for (adam).")
@framework_option
@click.option("--as", "counter", type=NameType("counter", (*COUNTERS, "all")), metavar="COUNTER",
              help="The figure that this counter prints, and what makes the difference; all.")
@click.option("--attention", type=NameType("attention", ("module", "sdpa")), default="module",
              help="With --as: nn.MultiheadAttention, or scaled_dot_product_attention (module).")
@click.option("--explain-figure", "whose", metavar="FIGURE",
              help="Whose figure this is, such as 4.134G: which counter prints it.")
@click.option("--recipe", type=NameType("recipe", RECIPES), metavar="NAME",
              help="What a parameter takes in training, as bf16-mixed-adam: "
              f"{', '.join(PRECISIONS)} with an optimizer behind.")
@click.option("--lora", metavar="RANK:TARGETS",
              help="Adapters that alone are trained: 8:q,v or 16:all.")
@click.option("--devices", type=WholeType(1), default=1, metavar="N",
              help="Bytes of each of N devices, by --shard.")
@click.option("--shard", type=NameType("shard", SHARDS), help="How they divide the work.")
@click.option("--fit", type=TextType("size", deployment.size_in_bytes), metavar="SIZE",
              help="The largest batch and context that fit, such as into 80GiB.")
@click.option("--summary", is_flag=True, help="The totals alone.")
@click.option("--depth", type=WholeType(0), metavar="N",
              help="Layers, or the tensors of a file, folded to N levels.")
@click.option("--sort", metavar="COLUMN", help="Largest first, by a column: params, bytes.",
              type=TextType("column", complete=lambda *word: _columns(*word)[:-1]))
@click.option("--columns", type=TextType("columns", complete=_columns), metavar="NAMES",
              help="Columns, such as name,weights,biases; all.")
@click.option("--to-notation", is_flag=True, help="Print it as layer notation, ready to edit.")
@answered
def command() -> None:
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
