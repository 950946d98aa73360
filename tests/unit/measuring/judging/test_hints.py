import pytest

from grader.measuring.judging.hints import hint_for
from tests.unit.measuring.made import error

MEASURED = [
    ("AttributeError", "module 'tensorflow' has no attribute 'placeholder'", "GR331"),
    ("AttributeError", "module 'tensorflow' has no attribute 'Session'", "GR331"),
    ("AttributeError", "module 'tensorflow._api.v2.train' has no attribute 'AdamOptimizer'", "GR332"),
    ("AttributeError", "`dense` is not available with Keras 3.", "GR333"),
    ("ModuleNotFoundError", "No module named 'tensorflow.examples'", "GR330"),
    ("ValueError", "Argument(s) not recognized: {'lr': 0.01}", "GR335"),
    ("ImportError", "`keras.optimizers.legacy` is not supported in Keras 3. When using `tf.keras`", "GR336"),
    ("AttributeError", "module 'tensorflow.keras.layers' has no attribute 'experimental'", "GR337"),
    ("KeyError", "'acc'", "GR338"),
    ("KeyError", "'val_acc'", "GR338"),
    ("ValueError", "EarlyStopping callback received monitor=val_acc, but Keras isn't able to", "GR338"),
    ("TypeError", "TensorFlowTrainer.fit() got an unexpected keyword argument 'nb_epoch'", "GR339"),
    ("AttributeError", "'Sequential' object has no attribute 'predict_classes'", "GR340"),
    ("AttributeError", "'Sequential' object has no attribute 'predict_proba'", "GR340"),
    ("AttributeError", "'Sequential' object has no attribute 'fit_generator'", "GR341"),
    ("AttributeError", "'Adam' object has no attribute 'lr'", "GR342"),
    ("AttributeError", "'str' object has no attribute 'name'", "GR342"),
    ("ValueError", "Invalid filepath extension for saving. Please add either a `.keras` extension", "GR343"),
    ("ValueError", "The `save_format` argument is deprecated in Keras 3.", "GR343"),
    ("ValueError", "File format not supported: filepath=m. Keras 3 only supports V3 `.keras` files", "GR345"),
    ("ValueError", "The filename must end in `.weights.h5`. Received: filepath=w.h5", "GR344"),
    (
        "ValueError",
        (
            "When using `save_weights_only=True` in `ModelCheckpoint`, the filepath provided"
            " must end in `.weights.h5` (Keras weights format)."
        ),
        "GR344",
    ),
    ("TypeError", "ModelCheckpoint.__init__() got an unexpected keyword argument 'period'", "GR346"),
    (
        "ValueError",
        "Could not deserialize 'keras.metrics.mse' because it is not a KerasSaveable subclass",
        "GR347",
    ),
    (
        "ValueError",
        "Requested the deserialization of a `Lambda` layer whose `function` is a Python lambda",
        "GR348",
    ),
    ("ImportError", "cannot import name 'np_utils' from 'keras.utils'", "GR349"),
    ("ModuleNotFoundError", "No module named 'keras.layers.core'", "GR349"),
    ("ImportError", "cannot import name 'ImageDataGenerator' from 'keras.preprocessing.image'", "GR349"),
    ("ModuleNotFoundError", "No module named 'tensorflow.keras.wrappers.scikit_learn'", "GR350"),
    ("ValueError", "A KerasTensor cannot be used as input to a TensorFlow function. A KerasTensor", "GR351"),
    (
        "ValueError",
        (
            "Arguments `target` and `output` must have the same rank (ndim). Received: "
            "target.shape=(32,), output.shape=(32, 10)"
        ),
        "GR320",
    ),
    (
        "TBNotInstalledError",
        "TensorBoard is not installed, missing implementation for tf.summary.scalar",
        "GR352",
    ),
    (
        "AttributeError",
        "module 'numpy' has no attribute 'float'.\n`np.float` was a deprecated alias",
        "GR360",
    ),
    ("AttributeError", "`np.product` was removed in the NumPy 2.0 release. Use `np.prod` instead.", "GR360"),
    (
        "ValueError",
        (
            "setting an array element with a sequence. The requested array has an inhomogeneous shape"
            " after 1 dimensions."
        ),
        "GR361",
    ),
    ("AttributeError", "'DataFrame' object has no attribute 'append'", "GR362"),
    ("TypeError", "NDFrame.fillna() got an unexpected keyword argument 'method'", "GR362"),
    ("ModuleNotFoundError", "No module named 'torch'", "GR328"),
    ("NameError", "name 'model' is not defined", "GR321"),
    ("FileNotFoundError", "[Errno 2] No such file or directory: '/content/drive/My Drive/x.csv'", "GR322"),
    ("FileNotFoundError", "[Errno 2] No such file or directory: 'dados.csv'", "GR323"),
    ("URLError", "<urlopen error [Errno -3] Temporary failure in name resolution>", "GR327"),
    ("SyntaxError", "Missing parentheses in call to 'print'. Did you mean print(...)?", "GR325"),
    ("EOFError", "EOF when reading a line", "GR324"),
    (
        "ValueError",
        "Argument `learning_rate` should be float, or an instance of LearningRateSchedule, or a callable",
        "GR353",
    ),
    ("ValueError", "Argument `output` must have rank (ndim) `target.ndim - 1`. Received: target", "GR334"),
    ("ValueError", "Arguments `target` and `output` must have the same shape. Received: target", "GR320"),
    (
        "InvalidArgumentError",
        (
            "Graph execution error:\n\nDetected at node compile_loss/sparse_categorical_crossentropy/"
            "SparseSoftmaxCrossEntropyWithLogits/SparseSoftmaxCrossEntropyWithLogits defined at"
        ),
        "GR329",
    ),
    (
        "ValueError",
        (
            "Exception encountered when calling Sequential.call().\n\nInput 0 with name 'None' of layer"
            " 'dense_5' is incompatible with the layer: expected axis -1"
        ),
        "GR354",
    ),
    ("ValueError", "Data cardinality is ambiguous. Make sure all arrays contain the same", "GR355"),
    ("ValueError", "Unrecognized data type: x=[[1, 2], [3]] (of type <class 'list'>)", "GR356"),
    ("ValueError", "Could not interpret activation function identifier: softmaxx", "GR357"),
    ("ValueError", "Could not interpret loss identifier: categorical_crossentropi", "GR357"),
    ("ValueError", "You must call `compile()` before using the model.", "GR358"),
    ("ValueError", "File not found: filepath=mlp2.keras. Please ensure the file is an accessible", "GR323"),
    ("TypeError", "OneHotEncoder.__init__() got an unexpected keyword argument 'sparse'", "GR363"),
    ("RuntimeError", "tf.placeholder() is not compatible with eager execution.", "GR364"),
    ("RuntimeError", "The Session graph is empty. Add operations to the graph before calling", "GR364"),
    ("AttributeError", "module 'numpy' has no attribute 'product'", "GR360"),
]


@pytest.mark.parametrize(("kind", "text", "code"), MEASURED)
def test_an_error_that_old_code_meets_has_its_hint(kind: str, text: str, code: str) -> None:
    hint = hint_for(error(kind, text))
    assert hint is not None
    assert hint.code == code


def test_a_hint_names_what_is_missing() -> None:
    hint = hint_for(error("ModuleNotFoundError", "No module named 'torch'"))
    assert hint is not None
    assert "'torch' is not installed" in hint.en
    assert "'torch' não está instalado" in hint.pt


def test_integer_labels_get_the_loss_to_use() -> None:
    hint = hint_for(error("ValueError", MEASURED[30][1]))
    assert hint is not None
    assert "sparse_categorical_crossentropy" in hint.en


def test_conflict_markers_are_seen_in_the_quoted_line_of_a_syntax_error_only() -> None:
    quoted = "  mlp2.py, line 3\n    <<<<<<< HEAD\nSyntaxError: invalid syntax\n"
    hint = hint_for(error("SyntaxError", "invalid syntax", traceback=quoted))
    assert hint is not None
    assert hint.code == "GR326"
    assert hint_for(error("ValueError", "no", traceback=quoted)) is None


def test_an_error_that_nobody_knows_has_no_hint() -> None:
    assert hint_for(error("ValueError", "something of the program's own")) is None
    assert hint_for(error("KeyError", "'accordion'")) is None
