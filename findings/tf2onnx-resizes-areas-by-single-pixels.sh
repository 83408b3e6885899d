#!/usr/bin/env bash
# tf2onnx 1.17.0 with TensorFlow 2.21.0: a resize by "area", which means over the pixels that fall
# together, takes the first of them. The older bicubic resize has the cubic of -0.75 in TensorFlow
# and that of -0.5 in the graph, so that slopes and overshoots are others. tf.image.crop_and_resize
# with method "nearest" rounds half up, 2.5 to pixel 3, and down to 2 in the graph. Each pair is
# TensorFlow and the converted graph in onnxruntime 1.32.0, of a row of six pixels.
# Output seen: area 0.5 10.5 20.5 / 0 10 20 corners 0 -0.25 4.81 10.71 10.29 16.19 21.25 21 / 0 0.1 4.72 10.49 10.51 16.28 20.9 21 crop 0 11 21 / 0 10 21
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
    """What TensorFlow and the converted graph in onnxruntime make of an image of one row."""
    traced, x = tf.function(function), np.array(x, "float32").reshape(1, 1, -1, 1)
    model, _ = tf2onnx.convert.from_function(traced, [tf.TensorSpec(x.shape, x.dtype)], opset=17)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = traced(tf.constant(x)).numpy(), session.run(None, {session.get_inputs()[0].name: x})[0]
    return name + " " + " / ".join(" ".join(f"{round(each, 2):g}" for each in y.ravel().tolist()) for y in found)

old = tf.compat.v1.image
row = [0, 1, 10, 11, 20, 21]
print(both("area", lambda x: tf.image.resize(x, (1, 3), "area"), row), both("corners", lambda x: old.resize_bicubic(x, (1, 8), align_corners=True), row), both("crop", lambda x: tf.image.crop_and_resize(x, [[0.0, 0.0, 0.0, 1.0]], [0], [1, 3], method="nearest"), row))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="area 0.5 10.5 20.5 / 0 10 20 corners 0 -0.25 4.81 10.71 10.29 16.19 21.25 21 / 0 0.1 4.72 10.49 10.51 16.28 20.9 21 crop 0 11 21 / 0 10 21"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
