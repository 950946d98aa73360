"""What old or beginner's code meets today: exact error texts, and the hint that helps.

A hint says what the error means, since when that is so, and what to write today. The texts were measured with
TensorFlow 2.21 and Keras 3.15. The first pattern that matches wins, so the particular ones come before the
general ones.
"""

import re

from grader.measuring.judging.replaced_names import replacement
from grader.model.evidence import Given, ProgramError
from grader.model.message import Message
from grader.words import say

# Over "Type: text", of a syntax error with what it quotes behind it. The table of names tells these, where it
# has the name.
_NAMED: tuple[tuple[str, str | None], ...] = (
    # (pattern with `name` and perhaps `owner`, the owner where the text does not say it)
    (r"module '(?P<owner>[\w.]+)' has no attribute '(?P<name>\w+)'", None),
    (r"cannot import name '(?P<name>\w+)' from '(?P<owner>[\w.]+)'", None),
    (r"No module named '(?P<owner>sklearn|pandas\.tools)\.(?P<name>\w+)", None),
    (r"`np\.(?P<name>\w+)` was removed", "numpy"),
    (r"`(?P<name>load_boston)` has been removed from scikit-learn", "sklearn.datasets"),
    (r"^ModuleNotFoundError: No module named '(?P<name>\w+)(\.[\w.]+)?'", "alias"),
    (r"^ModuleNotFoundError: No module named '(?P<name>\w+)'", "import"),
    (r"^NameError: name '(?P<name>\w+)' is not defined", "builtin"),
    (r"^AttributeError: '(DataFrame|Series)' object has no attribute '(?P<name>\w+)'", "frame"),
    (r"^AttributeError: '\w*Vectorizer' object has no attribute '(?P<name>\w+)'", "vectorizer"),
    (r"^AttributeError: '\w*Dataset' object has no attribute '(?P<name>\w+)'", "dataset"),
    (r"^AttributeError: '(Sequential|Functional|Model)' object has no attribute '(?P<name>\w+)'", "model"),
    (r"^AttributeError: '(numpy\.)?(?P<owner>\w+)' object has no attribute '(?P<name>\w+)'", None),
    (
        r"(\b(NDFrame|DataFrame)\.\w+|read_csv)\(\) got an unexpected keyword argument '(?P<name>\w+)'",
        "frame_argument",
    ),
    (
        (
            r"^TypeError: (\b[A-Z]\w+\.__init__\(\) |(FigureBase\.)?gca\(\) )?"
            r"got an unexpected keyword argument '(?P<name>\w+)'"
        ),
        "argument",
    ),
    (r"Rectangle\.set\(\) got an unexpected keyword argument '(?P<name>\w+)'", "argument"),
    (r"^OSError: '(?P<name>[\w-]+)' is not a valid package style", "style"),
    (r"^InvalidParameterError: The '(?P<owner>\w+)' parameter of .*Got (?P<name>'\w+') instead", None),
)
# The others: a pattern that asks for "\n@ " sees the line of the program that was being run as well.
_HINTS: tuple[tuple[str, str], ...] = (
    # Commonest beginner's mistakes
    (r"`target` and `output` must have the same (rank|shape)", "labels-output-shape-mismatch"),
    (r"`output` must have rank \(ndim\) `target\.ndim - 1`", "labels-already-one-hot"),
    (r"SparseSoftmaxCrossEntropyWithLogits|outside the valid range of \[0, \d+\)", "label-out-of-range"),
    (r"is incompatible with the layer", "input-shape-mismatch"),
    (r"Data cardinality is ambiguous", "x-y-row-count-mismatch"),
    (r"Found input variables with inconsistent numbers of samples", "x-y-row-count-mismatch"),
    (
        (
            r"local variable 'batch_outputs'|Found array with 0 sample|Expected input data to be non-empty|"
            r"resulting train set will be empty|With n_samples=0"
        ),
        "array-without-rows",
    ),
    (r"Unrecognized data type: x=", "keras-given-list"),
    (
        (
            r"(Received|identifier): <tf_keras\.|Received.*<class 'tf_keras\.|"
            r"added layer must be an instance of class Layer.*'keras\.src"
        ),
        "keras-two-libraries-mixed",
    ),
    (r"Could not interpret [\w ]+ identifier: (?P<name>\w+)", "unknown-keras-name"),
    (r"You must call `compile\(\)`", "model-not-compiled"),
    (r"`learning_rate` should be float", "keras-learning-rate-not-float"),
    (r"Expected `metrics` argument to be a list", "keras-metrics-not-a-list"),
    (r"dtype='string' is not a valid dtype for Keras type promotion", "keras-given-text"),
    (r"^NameError: name '(?P<name>[^']+)' is not defined", "name-used-before-defined"),
    (
        (
            r"^IndexError: .*\n@ .*(\b\w*[gG][pP][uU]\w*\s*\[|list_(physical|logical)_devices|"
            r"set_(virtual|logical)_device_configuration|set_memory_growth|set_visible_devices)"
        ),
        "gpu-expected",
    ),
    (r"Please provide a TPU Name to connect to|TPUClusterResolver", "tpu-expected"),
    (r"OpenCV.*!_?s\w+\.empty\(\)", "picture-not-found"),
    (r"'NoneType' .*\n@ .*\b(imread|img|imag\w*|pic\w*|fig\w*|foto\w*)\b", "picture-not-found"),
    (r"the number of columns changed from 2 to ", "text-file-first-line-counts"),
    (
        r"^(FileNotFoundError|OSError|IsADirectoryError): .*(/content|/home|[A-Z]:\\|drive)",
        "path-of-another-machine",
    ),
    (
        r"^FileNotFoundError|^ValueError: File not found: filepath=|Unable to synchronously open file",
        "file-not-in-workspace",
    ),
    (
        (
            r"^EOFError|reading from stdin|raw_input was called|"
            r"^ValueError: (invalid literal for int|could not convert string to float)[^\n]* ''\n@ .*input\("
        ),
        "input-call-while-grading",
    ),
    # What Python cannot read
    (r"Missing parentheses in call to 'print'", "python2-print-statement"),
    (r"<{7} |>{7} |^={7}$", "program-has-conflict-markers"),
    (r"^SyntaxError: invalid (character|non-printable character)", "typographic-character"),
    (r"'unicodeescape' codec can't decode", "windows-path-in-string"),
    (r"was never closed|unexpected EOF while parsing|^SyntaxError: incomplete input", "bracket-not-closed"),
    (
        (
            r"^SyntaxError: (multiple exception types|leading zeros in decimal|Missing parentheses)|"
            r"^SyntaxError: invalid (decimal literal|syntax)[^@]*\n\s*.*(<>|\b\d+L\b|\braise \w+,|`\w+`)"
        ),
        "python2-syntax",
    ),
    (
        r"^SyntaxError: invalid syntax[^@]*\n\s*(>>> |\$ |pip3? |conda |apt(-get)? |sudo |cd |In \[\d+\]:)",
        "notebook-command-in-script",
    ),
    (r"^(IndentationError|TabError):", "indentation-wrong"),
    (
        (
            r"Temporary failure in name resolution|URL fetch failure|urlopen error|ConnectionError|"
            r"Network is unreachable|gaierror|Max retries exceeded|Name or service not known"
        ),
        "no-network-while-grading",
    ),
    # TensorFlow 1
    (r"No module named 'tensorflow\.(examples|contrib|estimator)", "tf1-module-removed"),
    (r"module 'tensorflow' has no attribute '(?P<name>\w+)'", "tf1-name-removed"),
    (
        r"module 'tensorflow\.(_api\.v2\.)?train' has no attribute '(?P<name>\w+)'",
        "tf1-train-optimizer-removed",
    ),
    (r"`(?P<name>\w+)` is not available with Keras 3", "tf1-layers-unsupported"),
    (
        (
            r"not compatible with eager execution|Session graph is empty|"
            r"supported when eager execution is enabled|function when eager execution is enabled"
        ),
        "tf1-graph-code",
    ),
    (r"Random ops require a seed to be set when determinism", "determinism-needs-seed"),
    # Keras 2
    (r"Argument\(s\) not recognized: .*'lr'", "keras-lr-argument-renamed"),
    (r"keras\.optimizers\.legacy", "keras-legacy-optimizers-removed"),
    (
        r"keras\.layers' has no attribute 'experimental'|layers\.experimental|experimental\.preprocessing",
        "keras-preprocessing-layers-moved",
    ),
    (r"^KeyError: ['\"]?(val_)?acc['\"]?$|monitor=(val_)?acc\b", "keras-acc-renamed"),
    (r"^KeyError: '(?P<name>(val_)?(accuracy|loss))'$", "keras-history-key-missing"),
    (r"'History' object is not subscriptable", "keras-history-object-indexed"),
    (r"unexpected keyword argument 'nb_epoch'", "keras-nb-epoch-renamed"),
    (r"unexpected keyword argument 'period'", "keras-checkpoint-period-removed"),
    (
        r"Trainer\.(fit|evaluate|predict|compile)\(\) got an unexpected keyword argument '(?P<name>\w+)'",
        "keras-fit-argument-removed",
    ),
    (
        r"missing \d required positional argument.*\n@ .*\b(?P<name>output_dim|nb_filter|p)\s*=",
        "keras-argument-unknown",
    ),
    (r"Unrecognized keyword arguments passed to \w+: \{'(?P<name>\w+)'", "keras-argument-unknown"),
    (r"has no attribute '(predict_classes|predict_proba)'", "keras-predict-classes-removed"),
    (
        r"has no attribute '(fit_generator|evaluate_generator|predict_generator)'",
        "keras-fit-generator-removed",
    ),
    (
        (
            r"^AttributeError: '\w+' object has no attribute 'lr'|'str' object has no attribute 'name'|"
            r"keras\.backend' has no attribute '[sg]et_value'"
        ),
        "keras-lr-attribute-renamed",
    ),
    (
        (
            r"keras\.backend' has no attribute '(\w*session|\w*learning_phase|tensorflow_backend)'|"
            r"cannot import name '\w*session' from '[\w.]*keras\.backend'|"
            r"No module named '[\w.]*keras\.backend\.tensorflow_backend"
        ),
        "tf1-graph-code",
    ),
    (r"keras\.backend' has no attribute '(?P<name>\w+)'", "keras-backend-function-removed"),
    (r"must end in `\.weights\.h5`", "keras-weights-suffix-wrong"),
    (
        (
            r"Invalid filepath extension for saving|`save_format` argument is deprecated|"
            r"filepath provided must end in `\.keras`"
        ),
        "keras-model-suffix-wrong",
    ),
    (r"File format not supported: filepath=", "keras-savedmodel-unsupported"),
    (
        r"Could not deserialize 'keras\.metrics|not a KerasSaveable subclass",
        "keras-old-model-needs-recompile",
    ),
    (r"deserialization of a `Lambda` layer", "keras-lambda-layer-not-opened"),
    (r"wrappers\.scikit_learn|keras\.wrappers", "keras-scikit-wrappers-removed"),
    (
        (
            r"np_utils|ImageDataGenerator|keras\.preprocessing|"
            r"No module named '[\w.]*keras\.(layers|engine|utils|objectives|initializations|optimizers)\b"
        ),
        "keras-import-path-old",
    ),
    (
        (
            r"KerasTensor cannot be used as input to a TensorFlow function|KerasTensor is symbolic|"
            r"KerasTensor is a symbolic placeholder|symbolic KerasTensor cannot be used as a boolean"
        ),
        "keras-tensor-in-tf-function",
    ),
    (
        r"Only instances of `keras\.Layer` can be added|'\w+' object is not iterable\n@ .*Sequential\(",
        "keras-not-a-layer",
    ),
    (r"isn't built\. You can build it|model that has not yet been built", "keras-model-not-built"),
    (r"object has no attribute '(input|output)_shape'", "keras-layer-shape-attribute-removed"),
    (r"object has no attribute 'minimize'", "keras-optimizer-minimize-removed"),
    (r"cannot unpack non-iterable float object\n@ .*evaluate", "keras-evaluate-one-value"),
    (r"TensorBoard is not installed", "tensorboard-not-installed"),
    # numpy, pandas, scikit-learn
    (r"np\.matrix is not supported", "numpy-matrix-refused"),
    (
        r"module 'numpy' has no attribute '(?P<name>\w+)'|`np\.(?P<alias>\w+)` was removed",
        "numpy-name-unknown",
    ),
    (r"inhomogeneous shape", "numpy-ragged-rows"),
    (r"only 0-dimensional arrays can be converted", "array-as-one-number"),
    (
        r"^TypeError: ('float' object cannot be interpreted as an integer|list indices .* not float)",
        "float-where-integer-needed",
    ),
    (r"^IndexError: only integers, slices .*\n@ .*/", "float-where-integer-needed"),
    (r"unexpected keyword argument 'sparse'", "sklearn-sparse-argument-renamed"),
    (r"Expected 2D array, got (1D|scalar) array|Found array with dim [3-9]", "sklearn-needs-two-dimensions"),
    (
        r"Classification metrics can't handle a mix of|Unknown label type: continuous",
        "classes-and-scores-mixed",
    ),
    # Python
    (
        (
            r"^TypeError: '(map|zip|filter|dict_keys|dict_values|dict_items)' object is not subscriptable|"
            r"^TypeError: object of type '(map|zip|filter)' has no len|"
            r"^AttributeError: 'dict_(keys|values)' object has no attribute 'sort'|"
            r"unsupported operand type\(s\) for \+: 'range' and 'list'"
        ),
        "python2-result-not-a-list",
    ),
    (r"asyncio\.run\(\) cannot be called from|event loop is already running", "asyncio-loop-already-running"),
    (
        r"no running event loop|attached to a different loop|^CancelledError|Event loop is closed",
        "asyncio-task-lost",
    ),
    # Missing packages, last: the particular modules are above
    (r"^(ModuleNotFoundError|ImportError): No module named '(?P<name>[^']+)'", "module-not-installed"),
)
_COMPILED = tuple((re.compile(pattern, re.MULTILINE), key) for pattern, key in _HINTS)
_COMPILED_NAMED = tuple((re.compile(pattern, re.MULTILINE), owner) for pattern, owner in _NAMED)
_LINE = r"\n@ "
_SEARCHED = 4000
SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
"""The exceptions of a program that cannot even be read."""


def hint_for(error: ProgramError, given: Given | None = None) -> Message | None:
    """Return what to try about ``error``, when its text is one that is known.

    ``given`` is what the exercise hands out, so that nobody is sent to a file that is not there.
    """
    text = f"{error.type}: {error.text}"[:_SEARCHED]
    if error.type in SYNTAX:
        text += f"\n{error.traceback}"[:_SEARCHED]  # the offending line is quoted only there
    return _of_a_name(text) or _of_a_text(text, f"{text}\n@ {error.source_line}", given)


def _of_a_name(text: str) -> Message | None:
    for pattern, owner in _COMPILED_NAMED:
        found = pattern.search(text)
        told = found and replacement(owner or found["owner"], found["name"])
        if told:
            return told
    return None


def _of_a_text(text: str, with_line: str, given: Given | None) -> Message | None:
    for pattern, key in _COMPILED:
        # What a line of the program says is no error: only patterns that ask for it see it.
        found = pattern.search(with_line if _LINE in pattern.pattern else text)
        if found is not None:
            name = next((group for group in found.groupdict().values() if group), "")
            return say(key, name=name, data=given_in_words(given))
    return None


def given_in_words(given: Given | None) -> Message:
    """Return where a program finds the exercise's data."""
    if given is None:
        return say("given.unknown")
    if not (given.files or given.loader):
        return say("given.typed")
    if not given.files:
        return say("given.loader", loader=given.loader)
    files = ", ".join(f"`{name}`" for name in given.files)
    return say("given.both" if given.loader else "given.files", files=files, loader=given.loader)
