"""A mixture of experts: a router that sends each position to some of many small networks."""

from __future__ import annotations

from dlcalc.errors import InputError
from dlcalc.layers.counted import Counted, Shape, flag, steps_and_width, whole


def experts(
    shape: Shape, experts: int, top_k: int, inner: int, gated: bool = True, bias: bool = False,
    router: bool = True, router_bias: bool = False, idle: int = 0, output: int | None = None,
    idle_gates: bool = False, every: bool = False,
) -> Counted:
    """Networks of which each position uses the `top_k` that its router scores highest.

    E experts of D·F weights up (twice that where `gated`) and F·D down, with biases of
    their own if `bias`; D·E weights of the router, and E scores of its own to correct it
    if `router_bias`. `idle` experts more can be chosen and compute nothing, though
    `idle_gates` builds their weights up. `every`: all are computed, those not chosen for
    nothing, as transformers 5.24.0 runs llama4.

    >>> experts((16, 7168), 256, 8, 2048).weights
    11276124160
    """
    steps, width = steps_and_width(shape, "experts")
    number, chosen = whole("experts", experts), whole("top_k", top_k, 0)
    inner, result = whole("inner", inner), width if output is None else whole("output", output)
    if chosen > number + whole("idle", idle, 0):
        raise InputError(f"top_k is {chosen}, of {number} experts")
    up = 2 * inner if flag("gated", gated) else inner
    each = width * up + inner * result
    added = (up + result) * flag("bias", bias)
    unused = idle * width * up * flag("idle_gates", idle_gates)
    scores = width * (number + idle) * flag("router", router)
    return Counted(
        (steps, result), number * each + unused + scores,
        number * added + (number + idle) * flag("router_bias", router_bias),
        steps * ((number if flag("every", every) else chosen) * each + scores), mixes=(1,),
        skipped=steps * (number - chosen) * each * every,
        idle=(number - chosen) * (each + added) + unused,
    )
