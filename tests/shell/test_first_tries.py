"""What people type first, and the first line that they see: a result, or what would be right."""

from __future__ import annotations

import pytest

from tests.shell.running import invoke

REFUSED = {
    "params --input 3x32x32 conv 64 3": "quote each layer: 'conv 64 3'",
    "params --input 784 'dense 10'": "dense 10: unknown layer type 'dense'; did you mean linear?",
    "params --input 784 'fc 10'": "fc 10: unknown layer type 'fc'; did you mean linear?",
    "params --input 3x8x8 bn": "no model, file or layer 'bn'; did you mean batchnorm?",
    "params --input 3x8x8 batch_norm":
        "no model, file or layer 'batch_norm'; did you mean batchnorm?",
    "params --input 3x8x8 'depthwise 3'":
        "depthwise 3: unknown layer type 'depthwise'; did you mean dwconv?",
    "params --input 3x8x8 globalavgpool":
        "no model, file or layer 'globalavgpool'; did you mean globalpool?",
    "params lenet --columns flops": "unknown column 'flops'; did you mean macs? 1 mac = 2 FLOPs",
    "params --input 3x32x32 flatten 'linear 3072 10'":
        "linear 3072 10: 2 arguments; it is written linear UNITS [bias=yes]; the size of the "
        "input follows from the layer above",
    "params model.gguf": "model.gguf: cannot be read: no such file or directory",
    "params mixtral":
        "no model, file or layer 'mixtral'; did you mean mixtral-8x7b or mistral-7b?",
    "params lenet --json": "no such option --json; did you mean -f json?",
    "params lenet --flops": "no such option --flops; did you mean --as?",
    "size 32 5": "got unexpected extra arguments (32 5); as dlcalc size -L 32 -F 5; "
        "dlcalc size --help shows what it takes",
    "size -L 32": "the kernel size is missing: -F 5, or --solve kernel with -O",
    "size -L 32 -F 5 -P SAME":
        "invalid value for '-P' / '--pad': 'SAME' is no padding; did you mean same?",
    "conv --verbose": "no such option --verbose; did you mean --explain?",
    "conv -x 'a b' -w '1 1'": "-x: line 1: 'a' is not a number",
    "conv -x image.csv -w '1 1'": "-x: image.csv: no such file, and no numbers either",
    "conv -x '1; 2; 3' -w '1 1'":
        "-x: the column was read as 3x1, into which a kernel of 1x2 does not fit; a column of "
        "the kernel has ; between its numbers, and paste -s makes a row",
    "mlp --lr 0.1": "no such option --lr; learning_rate is a field of the JSON; as dlcalc mlp "
        "'{\"x\": [1, 2], \"target\": 0, \"sizes\": [2, 3, 2]}' --steps 50; "
        "dlcalc mlp --help shows what it takes",
    "pool -x '1 2' --max": "no such option --max; did you mean --kind max?",
    "size -L 28 -F 3 --same": "no such option --same; did you mean -P same?",
    "diagnose --train-acc 0.98":
        "no such option --train-acc; did you mean --train-error, 1 - accuracy?",
    "--explain conv":
        "no such option --explain; options stand behind the command, as dlcalc conv --explain",
    "--stride 2 conv":
        "no such option --stride; options stand behind the command, as dlcalc conv --explain",
    "-f json size -L 32 -F 5":
        "no such option -f; options stand behind the command, as dlcalc conv --explain",
    "size -L 32 -F": "-F wants its SIZE behind it",
    "gan --epochs": "--epochs wants its N behind it",
    "params lenet alexnt":
        "no model, file or layer 'alexnt'; did you mean alexnet or lenet or alexnet-2012?",
    "explain conv": "no such command explain; did you mean COMMAND --explain?",
    "conv '1 2; 3 4' '1 1'": "got unexpected extra arguments (1 2; 3 4 1 1); as dlcalc conv "
        "-x '1 2 3; 4 5 6' -w '1 1' --explain; dlcalc conv --help shows what it takes",
    "params --input 28,28,1 'Conv2D(32, (3,3))'":
        "conv 32 3: input is 28x28x1; a kernel of 3 does not fit a padded input of 1; 28x28x1 is "
        "read as channels first, 28 of them; as Keras writes it, channels last, it is 1x28x28 here",
    "params --input 3x32x32 'conv 64 3 same'":
        "conv 64 3 same: 3 arguments; it is written conv FILTERS KERNEL [stride=1] [pad=0] "
        "[dilation=1] [groups=1] [bias=yes] [connections=]; the padding is an option: pad=same",
    "params --input 3x32x32 'conv 64 3 activation=relu'":
        "conv 64 3 activation=relu: an activation is a layer of its own, behind this one: relu",
    "grad 'y = x^2' 'x=1 2' --jacobian --explain": "--jacobian wants its NAME before --explain",
    "grad 'sigmoid(x)' x=0": "sigmoid(x): no such file, and no equation, NAME = EXPRESSION, "
        "either; write 'y = sigmoid(x)'",
    "grad 'f(x) = x^2' x=3": "functions alone are no equation: write y = f(x) behind them",
    "grad 'y = np.exp(x)' x=1": "line 1, column 7: found '.'; write the function alone, exp(x), "
        "and a number with its digits, 0.5",
    "kl --q 'N(0,4)' --p 0,1": "--q: 'N(0,4)': write MEAN,SIGMA, 0,2 for N(0, 4): "
        "the second is the standard deviation",
    "step 'linear 1' '{\"x\": [1], \"y\": [1]}'": "unknown field 'y'; did you mean target?",
    "params lenet --output json": "no such option --output; did you mean -f?",
    "params --model lenet": "no such option --model; MODEL stands by itself, without an option; "
        "as dlcalc params lenet; dlcalc params --help shows what it takes",
    "conv -x '1 2\\n3 4' -w 1": "-x: line 1: '2\\\\n3' is not a number; rows are divided by ;",
    "grad 'L = ||x||^2' x='1 2'": "line 1, column 5: found '||'; write norm(…)",
    "grad 'L = sum_i (y_i)^2' y='1 2'":
        "line 1, column 5: i stands nowhere in the sum: an element is y[i]",
    "grad 'y = w*x' w=1,x=2": "'w=1,x=2': spaces divide values, as w=1 x=2",
    "kl --q '{\"mean\": 0, \"std\": 1}' --p 0,1":
        "--q: unknown field 'std'; did you mean covariance, its square?",
    "docs conv": "unknown topic 'conv'; conv is a command: dlcalc help conv",
    "quiz convolution": "no problems of 'convolution'; did you mean conv?",
    "quiz foo": "no problems of 'foo'; known: size, conv, pool, params, mults, step, lstm, gru, "
        "rnn, mlp, vae, kl, grad, diagnose",
    "quiz reduce": "no problems of 'reduce'; known: size, conv, pool, params, mults, step, lstm, "
        "gru, rnn, mlp, vae, kl, grad, diagnose",
    "man conv": "conv is a command: dlcalc help conv shows its page; DIR is a folder",
    "check answers.toml": "answers.toml: no such file, and no sheet either",
    "kl 0 1 0 2": "got unexpected extra arguments (0 1 0 2); as dlcalc kl --q 1,1 --p 0,1; "
        "dlcalc kl --help shows what it takes",
    "reduce lenet C1":
        "lenet is a model, and 'C1' stands beside it; --layer takes a layer of it",
    "convolution": "no such command convolution; did you mean conv?",
    "flops resnet50": "no such command flops; did you mean params?",
    "derivative 'x^2'": "no such command derivative; did you mean grad?",
    "softmax '1 2 3'": "no such command softmax; did you mean grad?",
    "parms lenet": "no such command parms; did you mean params?",
    "grad 'y = 2x' x=3":
        "line 1, column 6: found 'x' after '2'; products are written out: 2*x",
}
TAKEN = {
    "params --input 3x32x32 'nn.Conv2d(3, 64, kernel_size=3, padding=1)' -f plain":
        "conv1 conv 64x32x32 1792 1769472 3x3",
    "params --input 3x32x32 'Conv2D(64, 3)' -f plain": "conv1 conv 64x30x30 1792 1555200 3x3",
    "params --input 784 'tf.keras.layers.Dense(10)' -f plain": "linear1 linear 10 7850 7840 784",
    "params --input 784 'nn.Sequential(nn.Linear(784, 10), nn.ReLU())' -f plain":
        "linear1 linear 10 7850 7840 784",
    "params --input 3,32,32 'conv 6 5' -f plain": "conv1 conv 6x28x28 456 352800 5x5",
    "params --input '(3, 32, 32)' 'conv 6 5' -f plain": "conv1 conv 6x28x28 456 352800 5x5",
    "params ResNet-50 --layer conv1 -f plain --columns params": "9408",
    "params lenet --dtype half --layer C1 -f plain --columns weights_bytes": "312",
    "size --input 224 --kernel-size 7 --stride 2 --padding 3": "112",
    "pool -x '1 2; 3 4' --kernel 2": "4",
    "pool -x '1 2; 3 4' --pool_size 2 --strides 1": "4",
    "size -i 28 -k 3": "26",
    "size -L 224x224 -F 7 -S 2 -P '(3, 3)'": "112x112",
    "size -L 32 -F 5 -O 28 --solve padding -f csv": "pad,remainder",
    "pool -x '1 2; 3 4' -F 2 --kind Mean": "2.5",
    "params '{\"model_type\": \"gpt2\"}' --summary -f Md":
        "|                      | value           |",
    "examples 12 -f csv": "remedy,helps,why",
    "grad 'y = e^(-x)' x=0 -f plain": "x -1",
    "grad 'p = softmax(Z, axis=0); L = sum(p)' Z='1 2; 3 4' --wrt Z -f plain": "L 2",
    "grad 'b = sum(a[0:3])' a='1 2 3 4' --wrt a -f plain": "b 6",
    "grad 'y = x**2' x=1/2 -f plain": "x 1",
    "grad 'y = cos(x)' x=pi -f plain --table values": "x 3.14159",
}


def words(line: str) -> list[str]:
    from shlex import split

    return split(line)


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_refused_says_what_would_be_right(line: str) -> None:
    found = invoke(*words(line))
    assert (found.status, found.out, found.complaint) == (2, "", REFUSED[line])


@pytest.mark.parametrize("line", TAKEN)
def test_what_is_clear_is_taken(line: str) -> None:
    found = invoke(*words(line))
    assert (found.status, found.out.splitlines()[0]) == (0, TAKEN[line]), found.err


def test_records_of_other_columns_pass_and_a_bad_one_is_named() -> None:
    found = invoke("size", stdin="layer,input,kernel\nC1,32,5\nC2,x,3\nC3,14,5\n")
    assert found.status == 2
    assert found.out.splitlines() == [
        "layer,input,kernel,output,remainder", "C1,32,5,28,0", "C3,14,5,10,0",
    ]
    assert found.complaint.startswith("standard input: line 3: input: 'x' is no size")
