"""Tables of names that help and completion need, too: each once, and none needs NumPy.

Formats are in `output.formats`, models in `models`, commands in `shell.commands`.
"""

UNKNOWNS = ("input", "kernel", "pad", "stride", "dilation", "output_padding")
"""What `size` solves for."""
PAD_MODES = ("zeros", "reflect", "replicate", "circular")
"""What stands in the padding of `conv`, under PyTorch's names."""
INITIALS = ("zeros", "constant", "xavier", "he")
"""Schemes of initial weights."""
DTYPES = {
    "float64": (1, 8), "float32": (1, 4), "float16": (1, 2), "bfloat16": (1, 2),
    "float8": (1, 1), "int8": (1, 1), "int4": (2, 1), "nf4": (64, 36), "mxfp4": (32, 17),
    "q4_0": (32, 18), "q4_1": (32, 20), "q5_0": (32, 22), "q5_1": (32, 24), "q8_0": (32, 34),
    "q2_k": (256, 84), "q3_k": (256, 110), "q4_k": (256, 144), "q5_k": (256, 176),
    "q6_k": (256, 210), "iq4_nl": (32, 18), "iq4_xs": (256, 136),
}
"""Types of numbers: how many are held together, in how many bytes. The blocks are those of
llama.cpp (ggml), of OCP's microscaling, and of bitsandbytes' nf4 with a float32 scale."""
DTYPE_ALIASES = {
    "fp64": "float64", "double": "float64", "f64": "float64", "fp32": "float32",
    "float": "float32", "f32": "float32", "fp16": "float16", "half": "float16", "f16": "float16",
    "bf16": "bfloat16", "fp8": "float8", "float8_e4m3": "float8", "float8_e5m2": "float8",
    "f8": "float8", "uint8": "int8", "uint4": "int4",
}
"""Other names of types."""
STATES = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2}
"""Numbers that each optimiser keeps for one parameter, beside its gradient."""
PRECISIONS = {
    "float64": (8, 8, 0, 8, 8), "float32": (4, 4, 0, 4, 4), "bf16": (2, 2, 0, 2, 2),
    "fp16": (2, 2, 0, 2, 2), "bf16-mixed": (2, 2, 4, 4, 2), "fp16-mixed": (2, 2, 4, 4, 2),
    "bf16-autocast": (4, 4, 0, 4, 2), "fp16-autocast": (4, 4, 0, 4, 2),
}
"""Ways to train: bytes of a weight, a gradient, its float32 copy, a state, an activation.
`mixed` keeps weights in two bytes beside a copy in four, as Megatron and DeepSpeed do;
`autocast` weights in four and casts them as they are used, as PyTorch does."""
RECIPES = tuple(f"{way}-{optimizer}" for way in PRECISIONS for optimizer in STATES)
SHARDS = ("zero1", "zero2", "zero3", "tensor", "expert")
"""Ways to divide training among devices."""
ACTIVATIONS = (
    "sigmoid", "tanh", "relu", "leaky_relu", "gelu", "softplus", "identity", "hard_sigmoid",
    "hard_swish", "elu", "mish", "silu", "selu", "relu6",
)
"""Activations of the hidden layers of `mlp`."""
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
