"""An LSTM worked by hand, with slips, and with nothing of the package."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

SLIPS = {
    "sigmoid at g": "sigmoid as the activation of g",
    "f_t": "f_t in place of f_(t+1)",
    "δi": "δh in place of δc in δi",
    "δf": "δh in place of δc in δf",
    "δg": "δh in place of δc in δg",
    "i_t": "i_t in place of i_(t+1) in δẑ",
    "slope of g": "(1 − g²) left out",
}
"""The circulated slips, and the words for each."""


def sigmoid(z: Any) -> Any:
    """1/(1 + e⁻ᶻ)."""
    return 1 / (1 + np.exp(-z))


def work(fields: Mapping[str, Any], slips: Collection[str], at: int | None = None) -> Any:
    """All numbers of one sequence, gates i f o g, with slips at every step or at one (from 0)."""

    def made(slip: str, t: int) -> bool:
        return slip in slips and at in (None, t)

    W, x = fields["W"], fields["x"]
    T, H = len(x), len(fields["h0"])
    h, c, steps = fields["h0"], fields["c0"], []
    for t in range(T):
        hx = np.concatenate([h, x[t]])
        z = (W @ hx + fields["b"]).reshape(4, H)
        i, f, o = sigmoid(z[:3])
        g = sigmoid(z[3]) if made("sigmoid at g", t) else np.tanh(z[3])
        before, c = c, f * c + i * g
        h = o * np.tanh(c)
        steps.append({"i": i, "f": f, "o": o, "g": g, "c": c, "h": h, "hx": hx, "before": before})
    back, dx, dW, db = np.zeros(H), np.zeros_like(x), np.zeros_like(W), np.zeros(4 * H)
    for t in reversed(range(T)):
        s = steps[t]
        dh, tanh_c = fields["dh"][t] + back, np.tanh(s["c"])
        carried = fields["dc"]
        if t + 1 < T:
            carried = steps[t + 1]["dc"] * (s if made("f_t", t) else steps[t + 1])["f"]
        dc = dh * s["o"] * (1 - tanh_c**2) + carried
        do = dh * tanh_c
        di = (dh if made("δi", t) else dc) * s["g"]
        df = (dh if made("δf", t) else dc) * s["before"]
        dg = (dh if made("δg", t) else dc) * s["i"]
        i = steps[t - 1]["i"] if t and made("i_t", t) else s["i"]
        slope = 1 if made("slope of g", t) else 1 - s["g"] ** 2
        dz = np.concatenate(
            [di * i * (1 - i), df * s["f"] * (1 - s["f"]), do * s["o"] * (1 - s["o"]), dg * slope]
        )
        s |= {"dh": dh, "do": do, "dc": dc, "di": di, "df": df, "dg": dg, "dz": dz}
        dW, db = dW + np.outer(dz, s["hx"]), db + dz
        back, dx[t] = (W.T @ dz)[:H], (W.T @ dz)[H:]
    once = {"dW": dW, "db": db, "dx": dx, "dh0": back, "dc0": steps[0]["dc"] * steps[0]["f"]}
    return {"steps": steps, **once}


def field_of(numbers: Any, field: str) -> Any:
    """`dW`, or `steps[1].dc`."""
    step, _, name = field.partition(".")
    return numbers["steps"][int(step[6:-1])][name] if name else numbers[field]
