#!/usr/bin/env bash
# ml-fnn 5.0.0: of the fourteen activations that its page offers every one is tanh: the name given is
# looked for among the numbers of a list, not found, and replaced, without a word. Networks of relu,
# logistic, identity and the rest end with the same weights from the same start, and say tanh when
# they are written to JSON; an unknown name is taken as well. A regularization of 0 is taken for none given
# and is 0.01. What each says that it is, how many different networks there are after training, and the
# regularization of one that asked for 0.
# Output seen: asked 14 said tanh different networks 1 unknown tanh regularization of 0 0.01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts ml-fnn@5.0.0 > /dev/null
cat > main.js <<'JAVASCRIPT'
const {default: given, ...rest} = require('ml-fnn');
const Network = given || rest.FeedForwardNeuralNetworks || require('ml-fnn');
const names = ['tanh', 'identity', 'logistic', 'arctan', 'softsign', 'relu', 'softplus', 'bent', 'sinusoid', 'sinc', 'gaussian', 'parametric-relu', 'exponential-elu', 'soft-exponential'];
const trained = name => {
  let seed = 1;
  Math.random = () => (seed = seed * 16807 % 2147483647) / 2147483647;
  const network = new Network({hiddenLayers: [4], iterations: 20, learningRate: 0.1, activation: name});
  network.train([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]);
  return network.toJSON();
};
const models = names.map(trained);
console.log('asked', names.length, 'said', [...new Set(models.map(each => each.activation))].join(),
  'different networks', new Set(models.map(each => JSON.stringify(each.layers))).size,
  'unknown', trained('linear').activation, 'regularization of 0', new Network({regularization: 0}).regularization);
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="asked 14 said tanh different networks 1 unknown tanh regularization of 0 0.01"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
