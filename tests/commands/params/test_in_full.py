"""What `params` prints for a line of each kind, in full; its counts stand in the other tests."""

from __future__ import annotations

import shlex

import pytest

from tests.golden import check
from tests.shell.running import invoke

TINY = (
    '{"model_type": "llama", "hidden_size": 16, "num_hidden_layers": 2, "vocab_size": 32,'
    ' "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 24,'
    ' "max_position_embeddings": 64}'
)
MOE = (
    '{"model_type": "mixtral", "hidden_size": 16, "num_hidden_layers": 2, "vocab_size": 32,'
    ' "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 24,'
    ' "num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": 8,'
    ' "max_position_embeddings": 64}'
)
RESIDUAL = (
    "input 3x9x9; a: conv 4 3 pad=1; sum:; branch:; conv 4 3 pad=1; batchnorm; branch:;"
)
NESTED = """input 8
x: linear 8
concat:
  one: branch:
    linear 4
    repeat 2 shared:
      linear 4
      relu
  two: branch:
    sum:
      branch:
      branch:
        linear 8 tie=x
built 3x5x5:
  y: conv 2 3
"""


@pytest.mark.parametrize("line", [
    # Shapes, names and columns.
    "lenet --columns all", "lenet --layer C1 --explain", "lenet --explain -f plain",
    "lenet-1998 --summary --batch 3", "resnet18 --depth 1 -f csv", "resnet18 --depth 2 -f json",
    "vgg11 --sort params --columns name,params,macs,field -f csv", "lenet --to-notation",
    "lenet --layer C1 -f json", "resnet18 --layer layer1.0 -f plain", "lenet --at 0,1",
    "unet --depth 1 -f plain", "densenet121 --summary --dtype bfloat16 --optimizer sgd",
    "--input 3x3 'lstm 4' --framework keras -f plain", "--input 3x8x8 'conv 4 3' --columns all",
    "--input 5x3 'gru 4 layers=2 bidirectional=yes' 'select -1' 'linear 2' --explain",
    "--input 6x8 'attention 2' 'mla 2 4 2 2 2' -f plain",
    f"{shlex.quote(RESIDUAL)} --explain -f plain",
    f"{shlex.quote(NESTED)} --columns all", f"{shlex.quote(NESTED)} --to-notation",
    f"{shlex.quote(NESTED)} --depth 1", f"{shlex.quote(NESTED)} --layer one --explain",
    # Changes and comparisons.
    "lenet --set C1.kernel=4 --set C1.filters=5 --set C1.stride=2", "lenet --set C9.kernel=4",
    "lenet --set C1.kernl=4", "lenet --set C1=4", "lenet --set C1.kernel=x",
    "lenet --set S2.kernel=3 -f json", "resnet18 --compare resnet34 -f csv",
    "lenet --compare lenet-1998 -f json", "lenet --compare lenet", "lenet alexnet gpt2",
    "lenet --compare lenet --set F6.units=80 -f plain",
    # What runs, what is kept, and what it takes.
    "gpt2 --tokens 7 --summary -f plain", "gpt2 --tokens 7 --cached 9 --causal --summary -f json",
    "llama-3.2-1b --cached 100 --causal --dtype q4_k --batch 2 --summary -f json",
    f"'{TINY}' --tokens 5 --explain -f plain", f"'{TINY}' --tokens 5 --columns all",
    f"'{TINY}' --lora 4:q,v --summary -f json", f"'{TINY}' --lora 2:all --columns all -f csv",
    f"'{TINY}' --lora 2:down_proj,x", f"'{TINY}' --lora x:all", f"'{TINY}' --lora 0:all",
    f"'{TINY}' --devices 4 --shard zero1 --recipe bf16-mixed-adam --summary -f plain",
    f"'{TINY}' --devices 4 --shard zero2 --recipe fp16-autocast-sgd --summary -f plain",
    f"'{TINY}' --devices 4 --shard zero3 --recipe fp16-mixed-adamw --summary -f plain",
    f"'{TINY}' --devices 2 --shard tensor --cached 8 --summary -f plain",
    f"'{MOE}' --devices 2 --shard expert --summary -f plain", f"'{MOE}' --cached 12 --causal",
    f"'{TINY}' --fit 1MiB --summary -f plain", f"'{TINY}' --fit 20kB --summary -f plain",
    f"'{TINY}' --fit 3B --summary -f plain", f"'{TINY}' --fit lots", f"'{TINY}' --devices 3",
    f"'{MOE}' --fit 1MB --recipe float32-adam --causal --summary -f plain",
    f"'{TINY}' --shard tensor", f"'{TINY}' --devices 3 --shard tensor --summary",
    "lenet --fit 1MB --batch 4 --summary -f plain", "lenet --recipe bf16-adam",
    "lenet --recipe bf17-mixed-adam", "lenet --tokens 5", "t5-base --tokens 5 --summary -f plain",
    # Counters of others.
    "lenet --as all", "resnet18 --as torchinfo -f plain", "gpt2 --as all --tokens 8",
    "vit-b16 --as fvcore --attention sdpa -f plain", "resnet50 --explain-figure 4.134G",
    "lenet --as thop -f json", "lenet --explain-figure 1",
    # What is not understood.
    "'conv 6 5 strid=2'", "'convv 6 5'", "--input 3x8 'conv 6 5'", "'repeat 2:' relu",
    "'sum:' 'relu'", "'branch:'", "--input 8 'linear 4 tie=q'", "--input 8 'a: relu' 'a: relu'",
    "--input 8 'linear 4' 'linear 4 share=linear1' --columns all", "'conv'", "--input 8 'linear 0'",
    "--input 3x8x8 'conv 6 9'", "--input 8 'linear 4 bias=maybe'", "--input 8 'linear 4 5'",
    "--input 3xx8 relu", "'input 8' 'input 9' relu", "--input 8 'linear 4' --layer 2",
    "--input 8 'repeat 3:' '  linear 8' --depth 1", "--input 8 'repeat x:' '  relu'",
    "--input 8 '  relu'", "--input 8 'linear units=4 units=5'", "--input 4x4 'crop 1' 'flatten'",
])
def test_in_full(line: str, regenerate: bool) -> None:
    done = invoke("params", *shlex.split(line))
    check("params.json", line, [done.status, *done.out.splitlines(), *done.err.splitlines()],
          regenerate)
