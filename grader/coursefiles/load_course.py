"""``assignments/*/assignment.toml``, and ``course.toml`` where there is one, to a :class:`Course`.

Every mistake of every file is reported at once.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.coursefiles.contradictions import Known, contradictions
from grader.coursefiles.course_near import course_near
from grader.coursefiles.own_data import FOLDER, OwnData, own_data_mistakes
from grader.coursefiles.units import parse_duration, parse_reference_factor, parse_size
from grader.model.ask import Ask, together
from grader.model.assignment import (
    NO_DATA,
    Assignment,
    AuditSpec,
    Basis,
    Broken,
    Course,
    DataSpec,
    DeliverSpec,
    GpuNeed,
    Labels,
    OnClose,
    RecipeNeed,
    RunSpec,
    VerdictSpec,
)
from grader.model.digest import digest_bytes, digest_parts
from grader.model.errors import CourseError
from grader.model.evidence import Source
from grader.model.message import Language, Message, Text
from grader.model.metric import Rule
from grader.readers.read_toml import read_toml
from grader.words import say
from grader.words.mistake_words import near_miss, shown

if TYPE_CHECKING:
    from grader.coursefiles import schema
    from grader.coursefiles.read_checks import Checks

__all__ = ["CourseRead", "Known", "choose_assignments", "find_course", "load_course", "read_course"]

_FILE = "assignment.toml"
_COURSE_FILE = "course.toml"
COURSE_KEYS = ("name", "language")
"""Every key that course.toml can have."""
_LONGEST_NAME = 200
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_LONGEST_SECONDS = 3600.0


def find_course(start: Path) -> Path:
    """Return the nearest folder from ``start`` upward that holds ``assignments/``.

    Raises:
        CourseError: there is none.
    """
    folder = course_near(start)
    if folder is not None:
        return folder
    raise CourseError(say("course-not-found", folder=str(start)))


def load_course(folder: Path, known: Known, *, only: Collection[str] = ()) -> Course:
    """Read the course at ``folder``; where ``only`` some assignments are asked for, others may be broken.

    Raises:
        CourseError: with every mistake of every assignment, each naming file and key.
    """
    read = read_course(folder, known)
    mistakes: list[Message] = []
    if not read.assignments or any(not only or each.slug in only for each in read.broken):
        mistakes.extend(message for each in read.broken for message in each.mistakes)
    mistakes.extend(read.mistakes)
    if mistakes:
        raise CourseError(*mistakes)
    if not read.assignments:
        raise CourseError(say("course-without-assignments", folder=str(folder)))
    return read.course(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRead:
    """All that the files of a course say, sound or not; ``mistakes`` are those of ``course.toml``."""

    name: str
    language: Language | None
    assignments: tuple[Assignment, ...]
    broken: tuple[Broken, ...]
    mistakes: tuple[Message, ...]

    def course(self, folder: Path) -> Course:
        """Return the course at ``folder``: the sound assignments, and the broken ones by their names."""
        return Course(
            name=self.name,
            folder=folder,
            assignments=self.assignments,
            language=self.language,
            broken=self.broken,
        )


def read_course(folder: Path, known: Known) -> CourseRead:
    """Return what the files of the course at ``folder`` say, and every mistake in them."""
    assignments: list[Assignment] = []
    broken: list[Broken] = []
    for inside in sorted(p for p in (folder / "assignments").iterdir() if p.is_dir()):
        if inside.name.startswith(".") or not any(inside.glob("*.toml")):
            continue
        try:
            assignments.append(_load_assignment(folder, inside / _FILE, known))
        except CourseError as error:
            broken.append(Broken(slug=inside.name, mistakes=error.messages))
    name = folder.resolve().name
    language: Language | None = None
    mistakes: tuple[Message, ...] = ()
    try:
        name, language = _course_file(folder)
    except CourseError as error:
        mistakes = error.messages
    return CourseRead(
        name=name,
        language=language,
        assignments=tuple(assignments),
        broken=tuple(broken),
        mistakes=mistakes,
    )


def _course_file(folder: Path) -> tuple[str, Language | None]:
    """Return ``name`` and ``language`` of ``course.toml``; without the file, what the folder is called."""
    file = folder / _COURSE_FILE
    if not file.is_file():
        return folder.resolve().name, None
    raw = read_toml(file, _COURSE_FILE)
    mistakes = [
        say("unknown-key", file=_COURSE_FILE, key=key, hint=near_miss(key, COURSE_KEYS))
        for key in raw
        if key not in COURSE_KEYS
    ]
    name, tags = raw.get("name"), [language.value for language in Language]
    if "name" not in raw:
        mistakes.append(say("missing-key", file=_COURSE_FILE, key="name"))
    elif not (isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME):
        mistakes.append(_impossible("name", name, say("needed.course_name")))
    if raw.get("language", tags[0]) not in tags:
        needed = say("needed.one_of", values=", ".join(tags))
        mistakes.append(_impossible("language", raw["language"], needed))
    if mistakes:
        raise CourseError(*mistakes)
    return str(name), Language(raw["language"]) if "language" in raw else None


def _impossible(key: str, got: object, needed: Message) -> Message:
    return say("impossible-value", file=_COURSE_FILE, key=key, got=shown(got), needed=needed)


def choose_assignments(course: Course, slugs: Iterable[str]) -> tuple[Assignment, ...]:
    """Return the assignments called ``slugs``, or all when there are none.

    Raises:
        CourseError: naming every unknown slug with the near miss.
    """
    names = [a.slug for a in course.assignments]
    wanted = tuple(dict.fromkeys(slugs))
    unknown = [
        say("unknown-assignment", name=slug, hint=near_miss(slug, names), available=", ".join(names))
        for slug in wanted
        if slug not in names
    ]
    if unknown:
        raise CourseError(*unknown)
    return tuple(a for a in course.assignments if not wanted or a.slug in wanted)


def _load_assignment(course: Path, file: Path, known: Known) -> Assignment:
    from grader.coursefiles.read_checks import read_checks

    where = str(file.relative_to(course))
    if not _SLUG.fullmatch(file.parent.name):
        raise CourseError(say("impossible-assignment-folder-name", folder=shown(file.parent.name)))
    raw = read_toml(file, where)
    parsed, mistakes = _parse(raw, where)
    checks = read_checks(raw, where, known.kinds)
    own = _own_data(raw, file.parent, known)
    hidden = course / "reference_solutions" / file.parent.name
    wrong = contradictions(raw, where, known, hidden=hidden)
    mistakes += [*checks.mistakes, *wrong, *own_data_mistakes(raw, where, own)]
    if parsed is None or mistakes:
        raise CourseError(*mistakes)
    return _to_model(parsed, checks, course, file.parent, own)


def _own_data(raw: dict[str, Any], folder: Path, known: Known) -> OwnData | None:
    """Return what the assignment's own dataset says, where it is the one that it names."""
    data = raw.get("data")
    named = data.get("dataset") if isinstance(data, dict) else None
    return known.own_data(folder) if named == FOLDER and known.own_data is not None else None


def _parse(raw: dict[str, Any], where: str) -> tuple["schema.AssignmentFile | None", list[Message]]:
    from pydantic import ValidationError

    from grader.coursefiles.schema import PATTERNS, AssignmentFile
    from grader.readers.shape_mistakes import shape_mistakes

    try:
        return AssignmentFile.model_validate(raw), []
    except ValidationError as error:
        known = AssignmentFile.model_json_schema(by_alias=True)
        found = error.errors(include_url=False)
        return None, shape_mistakes(raw, where, found, known=known, patterns=PATTERNS)


def _to_model(
    parsed: "schema.AssignmentFile", checks: "Checks", course: Path, folder: Path, own: OwnData | None
) -> Assignment:
    slug = folder.name
    reference = next(
        (
            path
            for name in ("solution.py", "solution.ipynb")
            if (path := course / "reference_solutions" / slug / name).is_file()
        ),
        None,
    )
    asked = parsed.model_dump(mode="json", by_alias=True) | {"check": checks.digested}
    del asked["assignment"]["title"], asked["assignment"]["source"]
    if parsed.run.backend is None:  # versions from before there was a choice stay what they were
        del asked["run"]["backend"]
    if own is not None:
        if own.labels is Labels.NONE:
            asked["data"]["labels"] = Labels.NONE.value
        asked["data"]["definition"] = own.definition
    if checks.hidden:
        asked["hidden"] = _digests(course / "reference_solutions" / slug, checks.hidden)
    basis = _basis(parsed.verdict.basis, own)
    asked["verdict"]["basis"] = basis.value
    run_parts = {
        "data": asked["data"],
        "run": {**asked["run"], "runs": None},
        "deliver": asked["deliver"],
    }
    run_parts["architecture"] = any(ask.kind == "model" for ask in checks.needs)
    # Versions from before there were other asks stay what they were.
    if further := together(ask for ask in checks.needs if ask != Ask(kind="model")):
        run_parts["asks"] = [[ask.kind, ask.names] for ask in further]
    if parsed.verdict.recipe == "off":
        run_parts["recipe"] = False
    return Assignment(
        slug=slug,
        title=Text(parsed.assignment.title.pt, parsed.assignment.title.en),
        points=parsed.assignment.points,
        source=parsed.assignment.source,
        data=NO_DATA
        if parsed.data is None
        else DataSpec(
            dataset=parsed.data.dataset,
            split=parsed.data.split,
            labels=Labels(asked["data"]["labels"]),
            own=own is not None,
        ),
        run=_run_spec(parsed.run, course),
        deliver=DeliverSpec(
            sources=tuple(Source(s) for s in dict.fromkeys(parsed.deliver.sources)) if parsed.data else (),
            predictions=tuple(parsed.deliver.predictions),
            model=tuple(parsed.deliver.model),
        ),
        checks=tuple(checks.specs),
        needs=tuple(checks.needs),
        verdict=VerdictSpec(
            rule=Rule(parsed.verdict.rule),
            on_close=OnClose(parsed.verdict.on_close),
            basis=basis,
            recipe=RecipeNeed(parsed.verdict.recipe),
        ),
        audits=AuditSpec(**parsed.audits.model_dump()),
        version=digest_parts(assignment=asked),
        run_version=digest_parts(**run_parts),
        folder=folder,
        reference=reference,
    )


def _digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the digest of each hidden file that checks are answered from, as far as it is here."""
    files = {name: folder / name for name in names}
    return {name: digest_bytes(file.read_bytes()) for name, file in files.items() if file.is_file()}


def _basis(written: str | None, own: OwnData | None) -> Basis:
    """Return whose runs decide: nobody can bring along answers to labels that only the course has."""
    if written is not None:
        return Basis(written)
    return Basis.RUN if own is not None and own.labels_hidden else Basis.RECIPE


def _run_spec(table: "schema.RunTable", course: Path) -> RunSpec:
    factor = parse_reference_factor(table.timeout)
    own_interpreter = "/" in table.runtime
    return RunSpec(
        # A path in a course's file is meant from the course's folder, wherever the grader was started.
        runtime=str(course.resolve() / Path(table.runtime).expanduser())
        if own_interpreter
        else table.runtime,
        backend=table.backend or "",
        timeout_seconds=_LONGEST_SECONDS if factor is not None else parse_duration(table.timeout),
        timeout_factor=factor,
        memory_bytes=parse_size(table.memory),
        gpu=GpuNeed(table.gpu),
        runs_min=table.runs.min,
        runs_max=table.runs.max,
    )
