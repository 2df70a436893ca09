"""Writes sklearn.json: how well scikit-learn does on the files in ../data, for peers.spec.ts to be measured by.

Rows whose number is 4 mod 5 are the test rows; features (and diabetes' target) are standardized by the training rows.
Made with scikit-learn 1.9.1: python3 make.py
"""

import csv
import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor

HERE = Path(__file__).parent
SEEDS = range(10)
warnings.filterwarnings('ignore')


def load(name):
    with open(HERE.parent / 'data' / f'{name}.csv', encoding='utf-8') as file:
        rows = list(csv.reader(file))[1:]
    data = np.array(rows, dtype=float)
    x, y = data[:, :-1], data[:, -1]
    test = np.arange(len(x)) % 5 == 4
    mean, std = x[~test].mean(axis=0), x[~test].std(axis=0)
    x = (x - mean) / np.where(std == 0, 1, std)
    return x[~test], y[~test], x[test], y[test]


def mlp(kind, hidden):
    return lambda seed: kind(hidden_layer_sizes=(hidden,), solver='adam', learning_rate_init=0.01, alpha=0, batch_size=32, max_iter=60,
                             n_iter_no_change=60, random_state=seed)


def scores(make, x, y, x_test, y_test):
    return [float(make(seed).fit(x, y).score(x_test, y_test)) for seed in SEEDS]


report = {'sklearn': sklearn.__version__, 'seeds': len(SEEDS), 'data': {}}
for name, hidden in [('iris', 16), ('wine', 16), ('breast_cancer', 16), ('digits', 32)]:
    split = load(name)
    linear = scores(lambda _: LogisticRegression(max_iter=5000), *split)[0]
    deep = scores(mlp(MLPClassifier, hidden), *split)
    report['data'][name] = {'hidden': hidden, 'testRows': len(split[3]), 'linear': linear, 'mlp': float(np.mean(deep))}

x, y, x_test, y_test = load('diabetes')
mean, std = y.mean(), y.std()
split = x, (y - mean) / std, x_test, (y_test - mean) / std
linear = scores(lambda _: LinearRegression(), *split)[0]
network = lambda seed: MLPRegressor(hidden_layer_sizes=(16,), learning_rate_init=0.001, alpha=0, batch_size=32, max_iter=60,
                                    n_iter_no_change=60, random_state=seed)
deep = scores(network, *split)

# The standard error of R^2 over test rows, by bootstrap.
predicted = LinearRegression().fit(*split[:2]).predict(split[2])
draws = [np.random.default_rng(i).integers(0, len(split[3]), len(split[3])) for i in range(2000)]
error = float(np.std([r2_score(split[3][draw], predicted[draw]) for draw in draws]))
report['data']['diabetes'] = {'hidden': 16, 'testRows': len(split[3]), 'linear': linear, 'mlp': float(np.mean(deep)),
                              'standardError': error}
path = HERE / 'sklearn.json'
path.write_text(json.dumps(report, indent=2) + '\n')
print(path.read_text())
