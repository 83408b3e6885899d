#!/usr/bin/env bash
# TensorFlow 2.21.0 converted to TFLite and run by ai-edge-litert 2.3.0, in float32: softplus is the
# logarithm of 1 + exp(x), infinite from 89 on, and log_sigmoid minus infinity from -89 down, the
# loss of one confident mistake. is_finite says of 0/0 and 1/0 that they are finite. Keras 3.15.1
# UnitNormalization of zeros, 0 by its epsilon, is not a number. Each pair is TensorFlow and the
# converted model.
# Output seen: softplus 80 90 / 80 inf log-sigmoid -80 -90 / -80 -inf finite 0 0 / 1 1 unit 0 0 / nan nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tensorflow==2.21.0 ai-edge-litert==2.3.0 numpy==2.4.6 h5py==3.14.0 keras==3.15.1 ml-dtypes==0.6.0 \
  protobuf==7.36.2
seen=$(TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, tensorflow as tf, keras
from ai_edge_litert.interpreter import Interpreter

def both(name, function, x):
    """What TensorFlow and the converted model in LiteRT make of x."""
    traced, x = tf.function(function), np.array(x, "float32")
    model = tf.lite.TFLiteConverter.from_concrete_functions([traced.get_concrete_function(tf.TensorSpec(x.shape, tf.float32))]).convert()
    runtime = Interpreter(model_content=model)
    runtime.allocate_tensors()
    runtime.set_tensor(runtime.get_input_details()[0]["index"], x)
    runtime.invoke()
    found = traced(tf.constant(x)).numpy(), runtime.get_tensor(runtime.get_output_details()[0]["index"])
    return name + " " + " / ".join(" ".join(f"{round(float(each), 3):g}" for each in y.ravel().tolist()) for y in found)

print(both("softplus", tf.nn.softplus, [[80, 90]]), both("log-sigmoid", tf.math.log_sigmoid, [[-80, -90]]), both("finite", lambda x: tf.cast(tf.math.is_finite(x / 0.0), tf.float32), [[0, 1]]), both("unit", lambda x: keras.layers.UnitNormalization()(x), [[0, 0]]))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="softplus 80 90 / 80 inf log-sigmoid -80 -90 / -80 -inf finite 0 0 / 1 1 unit 0 0 / nan nan"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
