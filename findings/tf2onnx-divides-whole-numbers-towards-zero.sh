#!/usr/bin/env bash
# tf2onnx 1.17.0 with TensorFlow 2.21.0: // and % of whole numbers, which round down in TensorFlow
# and Python, become an ONNX Div, which rounds towards zero, and what is left of it: -7 // 4 is -1
# and -7 % 4 is -3. tf.one_hot of -1, no class by its page and so the usual label of padding, is the
# last class, and tf.scatter_nd, which adds what meets at one place, keeps the last of it. Each pair
# is TensorFlow and the converted graph in onnxruntime 1.32.0.
# Output seen: // -2 -1 1 / -1 0 1 % 1 3 3 / -3 -1 3 one-hot 0 0 0 / 0 0 1 scatter 3 4 / 2 4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tensorflow==2.21.0 tf2onnx==1.17.0 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 h5py==3.14.0 keras==3.15.1 \
  ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python -W ignore - 2> errors <<'PYTHON'
import logging, numpy as np, tensorflow as tf, tf2onnx, onnxruntime
logging.disable(logging.CRITICAL)

def both(name, function, x):
    """What TensorFlow and the converted graph in onnxruntime make of x."""
    traced, x = tf.function(function), np.asarray(x)
    model, _ = tf2onnx.convert.from_function(traced, [tf.TensorSpec(x.shape, x.dtype)], opset=17)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = traced(tf.constant(x)).numpy(), session.run(None, {session.get_inputs()[0].name: x})[0]
    return name + " " + " / ".join(" ".join(f"{round(each, 2):g}" for each in y.ravel().tolist()) for y in found)

whole = np.array([-7, -1, 7], "int32")
print(both("//", lambda x: x // 4, whole), both("%", lambda x: x % 4, whole), both("one-hot", lambda x: tf.one_hot(x, 3), np.array([-1], "int32")), both("scatter", lambda x: tf.scatter_nd([[0], [0], [1]], x, [2]), np.array([1, 2, 4], "float32")))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="// -2 -1 1 / -1 0 1 % 1 3 3 / -3 -1 3 one-hot 0 0 0 / 0 0 1 scatter 3 4 / 2 4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
