"""What old or beginner's code meets today: exact error texts, and the hint that helps.

The texts were measured with TensorFlow 2.21 and Keras 3.15. The first pattern that matches wins, so the
particular ones come before the general ones.
"""

import re

from grader.model.evidence import ProgramError
from grader.model.message import Message
from grader.words import say

# Pattern over "Type: text", then the catalogue entry of the hint.
_HINTS: tuple[tuple[str, str], ...] = (
    # Commonest beginner's mistakes
    (r"`target` and `output` must have the same (rank|shape)", "labels-output-shape-mismatch"),
    (r"`output` must have rank \(ndim\) `target\.ndim - 1`", "labels-already-one-hot"),
    (r"SparseSoftmaxCrossEntropyWithLogits", "label-out-of-range"),
    (r"is incompatible with the layer", "input-shape-mismatch"),
    (r"Data cardinality is ambiguous", "x-y-row-count-mismatch"),
    (r"Unrecognized data type: x=", "keras-given-list"),
    (r"Could not interpret [\w ]+ identifier: (?P<name>\w+)", "unknown-keras-name"),
    (r"You must call `compile\(\)`", "model-not-compiled"),
    (r"`learning_rate` should be float", "keras-learning-rate-not-float"),
    (r"^NameError: name '(?P<name>[^']+)' is not defined", "name-used-before-defined"),
    (
        r"^(FileNotFoundError|OSError|IsADirectoryError): .*(/content|/home|[A-Z]:\\|drive)",
        "path-of-another-machine",
    ),
    (r"^FileNotFoundError|^ValueError: File not found: filepath=", "file-not-in-workspace"),
    (r"^EOFError|reading from stdin|raw_input was called", "input-call-while-grading"),
    (r"Missing parentheses in call to 'print'", "python2-print-statement"),
    (r"<{7} |>{7} |^={7}$", "program-has-conflict-markers"),
    (
        (
            r"Temporary failure in name resolution|URL fetch failure|urlopen error|ConnectionError|"
            r"Network is unreachable|gaierror|Max retries exceeded"
        ),
        "no-network-while-grading",
    ),
    # TensorFlow 1
    (r"No module named 'tensorflow\.(examples|contrib|estimator)", "tf1-module-removed"),
    (r"module 'tensorflow' has no attribute '(?P<name>\w+)'", "tf1-name-removed"),
    (r"module 'tensorflow\._api\.v2\.train' has no attribute '(?P<name>\w+)'", "tf1-train-optimizer-removed"),
    (r"`(?P<name>\w+)` is not available with Keras 3", "tf1-layers-unsupported"),
    (r"not compatible with eager execution|Session graph is empty", "tf1-graph-code"),
    # Keras 2
    (r"Argument\(s\) not recognized: .*'lr'", "keras-lr-argument-renamed"),
    (r"keras\.optimizers\.legacy", "keras-legacy-optimizers-removed"),
    (
        r"keras\.layers' has no attribute 'experimental'|experimental\.preprocessing",
        "keras-preprocessing-layers-moved",
    ),
    (r"^KeyError: ['\"]?(val_)?acc['\"]?$|monitor=(val_)?acc\b", "keras-acc-renamed"),
    (r"unexpected keyword argument 'nb_epoch'", "keras-nb-epoch-renamed"),
    (r"has no attribute '(predict_classes|predict_proba)'", "keras-predict-classes-removed"),
    (
        r"has no attribute '(fit_generator|evaluate_generator|predict_generator)'",
        "keras-fit-generator-removed",
    ),
    (
        r"^AttributeError: '\w+' object has no attribute 'lr'|'str' object has no attribute 'name'",
        "keras-lr-attribute-renamed",
    ),
    (r"must end in `\.weights\.h5`", "keras-weights-suffix-wrong"),
    (
        r"Invalid filepath extension for saving|`save_format` argument is deprecated",
        "keras-model-suffix-wrong",
    ),
    (r"File format not supported: filepath=", "keras-savedmodel-unsupported"),
    (r"unexpected keyword argument 'period'", "keras-checkpoint-period-removed"),
    (
        r"Could not deserialize 'keras\.metrics|not a KerasSaveable subclass",
        "keras-old-model-needs-recompile",
    ),
    (r"deserialization of a `Lambda` layer", "keras-lambda-layer-not-opened"),
    (
        (
            r"np_utils|keras\.layers\.(core|convolutional|normalization|recurrent)|"
            r"ImageDataGenerator|keras\.preprocessing"
        ),
        "keras-import-path-old",
    ),
    (r"wrappers\.scikit_learn|keras\.wrappers", "keras-scikit-wrappers-removed"),
    (
        (
            r"KerasTensor cannot be used as input to a TensorFlow function|"
            r"KerasTensor is a symbolic placeholder"
        ),
        "keras-tensor-in-tf-function",
    ),
    (r"TensorBoard is not installed", "tensorboard-not-installed"),
    # numpy, pandas
    (
        r"module 'numpy' has no attribute '(?P<name>\w+)'|`np\.(?P<alias>\w+)` was removed",
        "numpy-name-removed",
    ),
    (r"inhomogeneous shape", "numpy-ragged-rows"),
    (
        (
            r"^AttributeError: '(DataFrame|Series)' object has no attribute '(append|ix|iteritems)'|"
            r"unexpected keyword argument '(method|error_bad_lines)'"
        ),
        "pandas-function-removed",
    ),
    (r"unexpected keyword argument 'sparse'", "sklearn-sparse-argument-renamed"),
    # Missing packages, last: the particular modules are above
    (r"^(ModuleNotFoundError|ImportError): No module named '(?P<name>[^']+)'", "module-not-installed"),
)
_COMPILED = tuple((re.compile(pattern, re.MULTILINE), key) for pattern, key in _HINTS)
_SEARCHED = 4000
SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
"""The exceptions of a program that cannot even be read."""


def hint_for(error: ProgramError) -> Message | None:
    """Return what to try about ``error``, when its text is one that is known."""
    text = f"{error.type}: {error.text}"[:_SEARCHED]
    if error.type in SYNTAX:
        text += f"\n{error.traceback}"[:_SEARCHED]  # the offending line is quoted only there
    for pattern, key in _COMPILED:
        found = pattern.search(text)
        if found is not None:
            name = next((group for group in found.groupdict().values() if group), "")
            return say(key, name=name)
    return None
