"""Ways to give a layer fewer parameters, each counted against it as it stands.

\b
(K·K·C + 1)·F   →   K·K·C + (C + 1)·F       depthwise separable
                →   K·K·C·r + (r + 1)·F     low rank r

Each proposal is put into the model, and the whole is counted again. Those that save
most come first; with a budget the mildest, which keeps most parameters within it.

\b
Examples:
  dlcalc reduce lenet --layer C1
  dlcalc reduce lenet --layer C1 --budget 100
  dlcalc reduce resnet18 --layer layer2.0.conv2 -f csv
  dlcalc reduce gpt2 --layer h.attn
"""
