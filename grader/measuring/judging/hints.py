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
    (r"`target` and `output` must have the same (rank|shape)", "GR320"),
    (r"`output` must have rank \(ndim\) `target\.ndim - 1`", "GR334"),
    (r"SparseSoftmaxCrossEntropyWithLogits", "GR329"),
    (r"is incompatible with the layer", "GR354"),
    (r"Data cardinality is ambiguous", "GR355"),
    (r"Unrecognized data type: x=", "GR356"),
    (r"Could not interpret [\w ]+ identifier: (?P<name>\w+)", "GR357"),
    (r"You must call `compile\(\)`", "GR358"),
    (r"`learning_rate` should be float", "GR353"),
    (r"^NameError: name '(?P<name>[^']+)' is not defined", "GR321"),
    (r"^(FileNotFoundError|OSError|IsADirectoryError): .*(/content|/home|[A-Z]:\\|drive)", "GR322"),
    (r"^FileNotFoundError|^ValueError: File not found: filepath=", "GR323"),
    (r"^EOFError|reading from stdin|raw_input was called", "GR324"),
    (r"Missing parentheses in call to 'print'", "GR325"),
    (r"<{7} |>{7} |^={7}$", "GR326"),
    (
        (
            r"Temporary failure in name resolution|URL fetch failure|urlopen error|ConnectionError|"
            r"Network is unreachable|gaierror|Max retries exceeded"
        ),
        "GR327",
    ),
    # TensorFlow 1
    (r"No module named 'tensorflow\.(examples|contrib|estimator)", "GR330"),
    (r"module 'tensorflow' has no attribute '(?P<name>\w+)'", "GR331"),
    (r"module 'tensorflow\._api\.v2\.train' has no attribute '(?P<name>\w+)'", "GR332"),
    (r"`(?P<name>\w+)` is not available with Keras 3", "GR333"),
    (r"not compatible with eager execution|Session graph is empty", "GR364"),
    # Keras 2
    (r"Argument\(s\) not recognized: .*'lr'", "GR335"),
    (r"keras\.optimizers\.legacy", "GR336"),
    (r"keras\.layers' has no attribute 'experimental'|experimental\.preprocessing", "GR337"),
    (r"^KeyError: ['\"]?(val_)?acc['\"]?$|monitor=(val_)?acc\b", "GR338"),
    (r"unexpected keyword argument 'nb_epoch'", "GR339"),
    (r"has no attribute '(predict_classes|predict_proba)'", "GR340"),
    (r"has no attribute '(fit_generator|evaluate_generator|predict_generator)'", "GR341"),
    (r"^AttributeError: '\w+' object has no attribute 'lr'|'str' object has no attribute 'name'", "GR342"),
    (r"must end in `\.weights\.h5`", "GR344"),
    (r"Invalid filepath extension for saving|`save_format` argument is deprecated", "GR343"),
    (r"File format not supported: filepath=", "GR345"),
    (r"unexpected keyword argument 'period'", "GR346"),
    (r"Could not deserialize 'keras\.metrics|not a KerasSaveable subclass", "GR347"),
    (r"deserialization of a `Lambda` layer", "GR348"),
    (
        (
            r"np_utils|keras\.layers\.(core|convolutional|normalization|recurrent)|"
            r"ImageDataGenerator|keras\.preprocessing"
        ),
        "GR349",
    ),
    (r"wrappers\.scikit_learn|keras\.wrappers", "GR350"),
    (
        (
            r"KerasTensor cannot be used as input to a TensorFlow function|"
            r"KerasTensor is a symbolic placeholder"
        ),
        "GR351",
    ),
    (r"TensorBoard is not installed", "GR352"),
    # numpy, pandas
    (r"module 'numpy' has no attribute '(?P<name>\w+)'|`np\.(?P<alias>\w+)` was removed", "GR360"),
    (r"inhomogeneous shape", "GR361"),
    (
        (
            r"^AttributeError: '(DataFrame|Series)' object has no attribute '(append|ix|iteritems)'|"
            r"unexpected keyword argument '(method|error_bad_lines)'"
        ),
        "GR362",
    ),
    (r"unexpected keyword argument 'sparse'", "GR363"),
    # Missing packages, last: the particular modules are above
    (r"^(ModuleNotFoundError|ImportError): No module named '(?P<name>[^']+)'", "GR328"),
)
_COMPILED = tuple((re.compile(pattern, re.MULTILINE), code) for pattern, code in _HINTS)
_SEARCHED = 4000
SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
"""The exceptions of a program that cannot even be read."""


def hint_for(error: ProgramError) -> Message | None:
    """Return what to try about ``error``, when its text is one that is known."""
    text = f"{error.type}: {error.text}"[:_SEARCHED]
    if error.type in SYNTAX:
        text += f"\n{error.traceback}"[:_SEARCHED]  # the offending line is quoted only there
    for pattern, code in _COMPILED:
        found = pattern.search(text)
        if found is not None:
            name = next((group for group in found.groupdict().values() if group), "")
            return say(code, name=name)
    return None
