"""Tables of names that help and completion need, too: each once, and none needs NumPy.

Formats are in `output.formats`, models in `models.zoo_files`, commands in `shell.commands`.
"""

UNKNOWNS = ("input", "kernel", "pad", "stride", "dilation", "output_padding")
"""What `size` solves for."""
PAD_MODES = ("zeros", "reflect", "replicate", "circular")
"""What stands in the padding of `conv`, under PyTorch's names."""
INITIALS = ("zeros", "constant", "xavier", "he")
"""Schemes of initial weights."""
BITS = {
    "float64": 64, "float32": 32, "float16": 16, "bfloat16": 16, "float8": 8, "int8": 8, "int4": 4,
}
"""Bits of one number of each type."""
STATES = {"sgd": 0, "momentum": 1, "adam": 2}
"""Numbers that each optimiser keeps for one parameter, beside its gradient."""
ACTIVATIONS = (
    "sigmoid", "tanh", "relu", "leaky_relu", "gelu", "softplus", "identity", "hard_sigmoid",
    "hard_swish", "elu", "mish", "silu", "selu", "relu6",
)
"""Activations of the hidden layers of `mlp`."""
GATES = "ifog"
"""The gates of an LSTM, in the order of its rows."""
GATE_ACTIVATIONS = ("sigmoid", "tanh", "relu", "hard_sigmoid", "identity", "softplus")
"""Activations that a gate can have."""
GAN_LOSSES = ("non_saturating", "minimax", "least_squares")
GAN_OPTIMIZERS = ("adam", "sgd")
FRAMEWORKS = (
    "pytorch", "keras", "flax", "equinox", "onnx", "paddle", "mlx", "tinygrad", "flax-nnx",
)
"""Frameworks whose conventions `--framework` takes, the usual one first."""
COUNTERS = (
    "torchinfo", "fvcore", "ptflops-pytorch", "ptflops-aten", "thop", "ultralytics-thop",
    "calflops", "torchprofile", "flop-counter", "deepspeed", "keras", "onnx-tool",
)
"""Counters of operations whose figures `--as` gives."""
