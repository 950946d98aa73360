"""Everything that is fuzzed: a name, what to do with the bytes, what helps past the first hurdles."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.fuzz import archives, arrays, channel, documents, recipes, shown, values

CORPUS = Path(__file__).parent / "corpus"
_JSON = (
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b'"',
    b"null",
    b"true",
    b"false",
    b"NaN",
    b"1e999",
    b"\\ud800",
    b"\\u202e",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One border: ``look`` hands bytes to our reader and raises when it breaks a promise.

    ``mend`` makes damaged bytes whole enough to be read on (checksums, lengths); ``words`` are what the
    format is written in; ``longest`` bounds the inputs tried.
    """

    look: Callable[[bytes], None]
    mend: Callable[[bytes], bytes] | None = None
    words: tuple[bytes, ...] = ()
    longest: int = 4096
    runs: int = 5_000
    """How many inputs a guided search of `make slow` tries: a few seconds of them."""


def _never_two_marks(content: bytes) -> None:
    assert b"!!" not in content, "two marks"


PLANTED = {"planted": Target(look=_never_two_marks)}
"""A promise that is easily broken: that a fuzzer finds it is what its silence elsewhere rests on."""

_NPY = (
    *(b"'descr': '%s'" % kind for kind in (b"|b1", b"|i1", b"<f2", b"<f8", b"<u4", b">f4", b"|O", b"<c16")),
    *(b"'fortran_order': %s" % order for order in (b"True", b"False", b"1")),
    *(b"'shape': (%s)" % shape for shape in (b"", b"2,", b"2, 3", b"1000000000000, 2", b"-1,", b"0,")),
    *(b"{", b", }", b"\n", b"\x93NUMPY\x01\x00", b"\x93NUMPY\x03\x00", b"(07,)", b"\v", b"\f"),
)

TARGETS: dict[str, Target] = {
    "npy": Target(
        runs=50_000,
        look=arrays.look_at_npy,
        mend=arrays.mend_npy,
        words=_NPY,
        longest=1024,
    ),
    "predictions": Target(
        runs=10_000,
        look=arrays.look_at_predictions,
        mend=arrays.mend_npy,
        words=(
            *_NPY,
            *(b"'shape': (%s)" % shape for shape in (b"4,", b"4, 1", b"1, 4", b"4, 3", b"4, 1, 3", b"4, 2")),
            *(np.float64(value).tobytes() for value in (1.0, -1.0, 0.5, 2.0, np.nan, np.inf, 1e300)),
        ),
        longest=1024,
    ),
    "values": Target(
        runs=20_000,
        look=values.look_at_values,
        words=(
            *_JSON,
            *(b'"%s": ' % key for key in (b"values", b"C", b"value", b"why", b"detail")),
            *(b'{"%s": ' % tag for tag in (b"tuple", b"dict", b"float", b"array", b"scalar")),
            *(b'"nan"', b'"-inf"', b'"type"', b'"absent"', b"[[1, 2]]", b'"k05VTVBZAQ', b"AAAA"),
            *(base64.b64encode(word) for word in (b"'descr': '<f8'", b"'shape': (2,)", b"'shape': (0, 3)")),
        ),
        longest=2048,
    ),
    "trials": Target(
        runs=20_000,
        look=values.look_at_trials,
        words=(
            *_JSON,
            b'{"dict": [["score", 1]]}',
            b'{"value": [',
            b'"why": "type"',
            b'"C": ',
            b'"trials": ',
        ),
        longest=1024,
    ),
    "graph": Target(
        runs=20_000,
        look=documents.look_at_graph,
        words=(
            *_JSON,
            *(
                b'"%s": ' % key
                for key in (b"class", b"inputs", b"outputs", b"layers", b"parameters", b"loss")
            ),
            *(
                b'"sequential"',
                b'"functional"',
                b'"subclass"',
                b'["Dense", "Dense"]',
                b"[[]]",
                b"10000000000000000",
            ),
        ),
        longest=1024,
    ),
    "zip": Target(
        runs=40_000,
        look=archives.look_at_zip,
        mend=archives.mend_zip,
        words=(
            b"PK\x01\x02",
            b"PK\x03\x04",
            b"PK\x05\x06",
            b"PK\x06\x06",
            b"PK\x06\x07",
            b"../",
            b"C:\\",
            b"mlp2.py",
        ),
    ),
    "notebook": Target(
        runs=50_000,
        look=documents.look_at_notebook,
        words=(
            *_JSON,
            *(b'"nbformat": %d' % version for version in (2, 3, 4, 5, 999)),
            *(
                b'"cells": [',
                b'"worksheets": [{',
                b'"cell_type": "code"',
                b'"source": [',
                b'"input": "',
                b'"metadata": {}',
            ),
            *(b"<<<<<<< HEAD\n", b"<!doctype html>", b"import keras\n", b"\xef\xbb\xbf"),
        ),
    ),
    "submitters": Target(
        runs=20_000,
        look=documents.look_at_submitters,
        words=(
            *(
                b"submission_111:\n",
                b"  :submitters:\n",
                b"  - :name: ",
                b"    :sid: '1'\n",
                b"---\n",
                b"...\n",
            ),
            *(
                b"&a ",
                b"*a",
                b"!!python/object:os.system ",
                b"? ",
                b"<<: *a",
                b"{",
                b"}",
                b"[",
                b"]",
                b"|\n",
                b"\t",
            ),
        ),
    ),
    "report": Target(
        runs=20_000,
        look=documents.look_at_report,
        words=(
            *_JSON,
            *(
                b'"%s": ' % key
                for key in (b"finished", b"errors", b"sources", b"ledger", b"fits", b"cells", b"layers")
            ),
            *(
                b'"%s": ' % key
                for key in (
                    b"versions",
                    b"figures",
                    b"imports",
                    b"drawings",
                    b"colours",
                    b"own_seed",
                    b"target_values",
                    b"history",
                    b"epochs",
                )
            ),
            *(
                b'"%s": ' % key
                for key in (b"number", b"source", b"output", b"seconds", b"error", b"type", b"text", b"kind")
            ),
            *(b'"state": "ok"', b'"predict": {', b'"val_loss": [', b"\\u001b[31m", b"\n"),
        ),
    ),
    "class-zip": Target(
        runs=4_000,
        look=archives.look_at_class_zip,
        mend=archives.mend_zip,
        words=(b"../", b"PK\x01\x02", b"a/b.py"),
    ),
    "keras-archive": Target(
        runs=20_000,
        look=archives.look_at_keras_archive,
        mend=archives.mend_zip,
        words=(b"config.json", b"metadata.json", b"model.weights.h5", b"assets/", b"\x89HDF\r\n\x1a\n"),
    ),
    "keras-config": Target(
        runs=50_000,
        look=documents.look_at_keras_config,
        words=(
            *_JSON,
            *(
                b'"%s": ' % key
                for key in (b"class_name", b"module", b"config", b"layers", b"layer", b"batch_shape", b"name")
            ),
            *(
                b'"%s"' % name
                for name in (
                    b"Sequential",
                    b"Dense",
                    b"Lambda",
                    b"__lambda__",
                    b"InputLayer",
                    b"keras.layers",
                )
            ),
            *(b'"builtins"', b'"function"', b'"eval"', b'"os"', b'"build_input_shape": [null, '),
        ),
    ),
    "retraining-report": Target(
        look=documents.look_at_retraining_report,
        words=(
            *_JSON,
            *(
                b'"%s": ' % key
                for key in (
                    b"trainings",
                    b"name",
                    b"cpu_seconds",
                    b"loss",
                    b"epochs",
                    b"whole_epochs",
                    b"why",
                )
            ),
            *(b'"seed-0"', b'"placebo"', b'"memory"', b"1e308", b"-1", b"0.5"),
        ),
    ),
    "model-report": Target(
        runs=40_000,
        look=documents.look_at_model_report,
        words=(
            *_JSON,
            *(
                b'"%s": ' % key
                for key in (b"arrays", b"path", b"shape", b"refused", b"why", b"where", b"config")
            ),
            *(
                b'"%s": ' % key
                for key in (b"layers", b"class_name", b"name", b"units", b"build_config", b"input_shape")
            ),
            *(
                b'"Dense"',
                b'"layers/dense/vars/0"',
                b'"layers/dense_1/vars/1"',
                b'"external"',
                b'"Functional"',
                b'"GRU"',
            ),
        ),
    ),
    "recipe": Target(
        runs=20_000,
        look=recipes.look_at_recipe,
        words=(
            *_JSON,
            *(
                b'"%s": ' % key
                for key in (b"recipe", b"none", b"why", b"detail", b"library", b"models", b"fits", b"answers")
            ),
            *(
                b'"%s": ' % key
                for key in (b"config", b"class_name", b"module", b"layers", b"inbound_nodes", b"optimizer")
            ),
            *(
                b'"%s": ' % key
                for key in (b"rows", b"map", b"steps", b"targets", b"estimator", b"parameters")
            ),
            *(
                b'"%s"' % name
                for name in (b"Dense", b"Lambda", b"Sequential", b"relu", b"Adam", b"sklearn.svm.SVC")
            ),
            *(b'{"kind": "affine", "scale": [', b'{"kind": "columns", "columns": [', b'"with_labels": [3]'),
        ),
    ),
    "png": Target(
        runs=80_000,
        look=shown.look_at_png,
        mend=shown.mend_png,
        words=(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tEXt", b"acTL", b"\x89PNG\r\n\x1a\n"),
        longest=1024,
    ),
    "text": Target(
        runs=8_000,
        look=shown.look_at_text,
        words=(
            *(
                b"\x1b[31m",
                b"\x1b]0;title\x07",
                b"\x1bP",
                b"\x1b[K",
                b"\r",
                b"\b",
                b"\xc2\x9b",
                b"\xe2\x80\xae",
                b"\xe2\x80\xa8",
            ),
            *(
                b"I0000 ",
                b"WARNING: All log messages before absl",
                b"\xed\xa0\x80",
                b"\xef\xbb\xbf",
                b"\xf3\xa0\x80\x81",
            ),
        ),
        longest=1024,
    ),
    "escaped": Target(
        runs=10_000,
        look=shown.look_at_escaped,
        words=(
            *(
                b"::error::",
                b"##[group]",
                b"##vso[",
                b"=cmd|",
                b"\xef\xbc\x9d",
                b"\xe2\x88\x92",
                b"\t=",
                b"%0A",
                b"\r\n",
            ),
            *(
                b"[a](javascript:b)",
                b"<script>",
                b"```",
                b"1. ",
                b"www.a.b",
                b"@ana",
                b"|",
                b"]]>",
                b"\xef\xbf\xbf",
            ),
        ),
        longest=512,
    ),
    "claims": Target(
        runs=3_000,
        look=documents.look_at_claims,
        words=(
            *(
                b"# erro: 1,52 %",
                b"accuracy",
                b"acur\xc3\xa1cia",
                b"98.4%",
                b" de ",
                b"10 de 686",
                b"1e-2",
                b"\xc2\xb1",
            ),
            *(
                b"por cento",
                b'"' * 3,
                b"'" * 3,
                b"\\",
                b"Epoch 1/5",
                b"[0.1, 0.98]",
                b".evaluate(QX, QY)",
                b"treino",
            ),
            *(b"meta", b"<", b"\xef\xbc\x91"),
        ),
        longest=1024,
    ),
    "toml": Target(
        runs=15_000,
        look=documents.look_at_toml,
        words=(
            b"[[",
            b"]]",
            b" = ",
            b'"""',
            b"'''",
            b"1979-05-27T07:32:00Z",
            b"\xef\xbb\xbf",
            b"{",
            b"}",
            b"\r\n",
            b"0x",
        ),
    ),
    "course": Target(
        runs=3_000,
        look=documents.look_at_course,
        words=(
            *(
                b"[assignment]\n",
                b"[data]\n",
                b"[run]\n",
                b"[deliver]\n",
                b"[[check]]\n",
                b"[late]\n",
                b"[verdict]\n",
                b"[audits]\n",
            ),
            *(
                b"points = ",
                b"below = ",
                b"above = ",
                b"inf",
                b"nan",
                b"1e400",
                b"true",
                b'"20 min"',
                b'"4 GiB"',
                b'"metric"',
            ),
        ),
    ),
    "certificate": Target(
        runs=20_000,
        look=documents.look_at_certificate,
        words=(
            *_JSON,
            *(
                b'"%s": ' % key
                for key in (b"schema", b"runs", b"digests", b"metrics", b"checks", b"audits", b"files")
            ),
            *(
                b'"%s": ' % key
                for key in (b"number", b"seed", b"threads", b"values", b"conditions", b"points", b"id")
            ),
            *(b"1" * 400, b"-1", b"1e308", b'"not_graded"', b"0" * 64),
        ),
    ),
    "channel": Target(runs=8_000, look=channel.look_at_channel, longest=256),
}
