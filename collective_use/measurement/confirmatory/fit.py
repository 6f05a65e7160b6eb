"""`fit_measurement`: the instrument's own confirmatory models, and their rivals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import pandas as pd

from collective_use.accepted import Found, Items, Labels
from collective_use.checks import one_of, quoted, valid_seed, whole_number
from collective_use.errors import EstimationError, InputError
from collective_use.frames import records_of
from collective_use.measurement.answers import Answers, Constructs, Data, answers_of
from collective_use.measurement.cfa import (
    Named,
    factor_model,
    fit_quietly,
    heard,
    plain_names,
)
from collective_use.measurement.confirmatory.levels import level_measures
from collective_use.measurement.confirmatory.measured import (
    MEASURES,
    against,
    measured,
    of_level,
    robust,
    simulated_cutoffs,
)
from collective_use.measurement.confirmatory.result import MeasurementFit
from collective_use.measurement.confirmatory.rivals import (
    Rival,
    at_level,
    rivals_between,
    rivals_inside,
)
from collective_use.measurement.confirmatory.settle import LEVELS, Plan, settle
from collective_use.measurement.cutoffs.result import DynamicCutoffs
from collective_use.numerics.threads import single_threaded
from collective_use.results import NotComputed, TableRow
from collective_use.sem.asked import FitOptions
from collective_use.sem.result import SemResult
from collective_use.sem.twolevel.result import TwoLevelResult

MOST_FIML = 40
"""More items take the maximum likelihood of incomplete answers too long."""


@single_threaded
def fit_measurement(
    data: Data,
    constructs: Constructs | None = None,
    groups: Labels = None,
    *,
    form: str | None = None,
    level: str = "auto",
    facets: dict[str, str] | None = None,
    close: Sequence[tuple[str, str]] | None = None,
    whole: bool | None = None,
    missing: str = "auto",
    repetitions: int | None = None,
    seed: int | None = 1,
    language: str | None = None,
) -> MeasurementFit:
    """Fit the measurement model that an instrument implies, and the models that compete with it.

    The rivals: all items on one factor; each pair of constructs that theory calls close merged;
    the facets of a construct as factors of their own, under a second-order factor, or beside a
    general one (bifactor), the last two only where every facet has three items.

    Parameters
    ----------
    data
        Responses or scores (constructs and facets are the instrument's), or a frame.
    constructs
        Items by construct, for a frame, or instead of the instrument's.
    groups
        A column of the frame or one label for each person; responses bring their own.
    form
        A form of the instrument, such as ``"short"``: only its items.
    level
        ``"person"``: one level, errors robust to groups; ``"two-level"``: the model within and
        between, with fit by level; ``"within"`` or ``"between"``: the model at that level, the
        other saturated; ``"auto"``: two-level from 40 groups on.
    facets
        Facet of each item, for a frame.
    close
        Pairs of constructs to merge in a rival; the instrument's ``close_to`` when None.
    whole
        One model of all constructs, or one a construct; None lets the sample decide and says why.
    missing
        ``"listwise"``, ``"fiml"``, or ``"auto"``: fiml where answers are missing and a model has
        at most 40 items, else listwise.
    repetitions
        Samples behind dynamic cut-offs of each scope's own model; 0 for none; None for 200, or for
        fewer samples and levels where a model is so large that they take more than about 30 s.
    seed
        Of these.
    language
        Of the names of constructs.

    Returns
    -------
    MeasurementFit
        One row a model; loadings, correlations, fit by level.

    Raises
    ------
    InputError
        When no construct has two items, or the level needs groups.
    EstimationError
        When no model can be fitted; the message says why.

    References
    ----------
    Anderson & Gerbing (1988), Psychological Bulletin 103:411 (rivals); Ryu & West (2009),
    Structural Equation Modeling 16:583 (fit by level); Reise (2012), Multivariate Behavioral
    Research 47:667 (bifactor).

    Examples
    --------
    >>> import numpy as np
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 2)), 3, axis=1)
    >>> sets = {"a": ["item1", "item2", "item3"], "b": ["item4", "item5", "item6"]}
    >>> fit = cu.fit_measurement(f + 0.7 * rng.normal(size=f.shape), sets)
    >>> fit.table["verdict"].tolist()[1]
    'worse than a, b apart'
    """
    one_of("level", level, LEVELS)
    one_of("missing", missing, ("auto", "listwise", "fiml"))
    if repetitions is not None:
        whole_number("repetitions", repetitions, at_least=0)
    valid_seed(seed)
    answers = answers_of(data, groups, constructs, language=language)
    if form is not None:
        answers = of_form(answers, data, form)
    answers = replace(
        answers,
        facet_of=answers.facet_of if facets is None else facets,
        close=answers.close if close is None else tuple((a, b) for a, b in close),
    )
    sets, notes = _sets(answers)
    plan = settle(answers, sets, level)
    if whole is not None:
        plan = Plan(plan.level, whole, plan.notes if plan.whole == whole else ())
    book = _Book(answers, plan.level, missing, repetitions, seed)
    book.notes += [*answers.notes, *notes, *plan.notes]
    if plan.whole:
        book.scope(sets, rivals_between)
        book.inside(sets)
    else:
        for name, own in sets.items():
            book.scope({name: own}, None)
        book.inside(sets)
        for a, b in answers.close:
            if a in sets and b in sets:
                book.scope({a: sets[a], b: sets[b]}, rivals_between)
    return book.result(plan)


def of_form(answers: Answers, data: Items, form: str) -> Answers:
    """Return the items that stand in a form of the instrument.

    Raises
    ------
    InputError
        When the data bring no instrument, or it has no such form.
    """
    responses: Found = getattr(data, "responses", data)
    if not hasattr(responses, "instrument"):
        raise InputError("form is for responses or scores: a frame has no instrument")
    bank = responses.instrument
    one_of("form", form, [own.id for own in bank.forms])
    wanted = {item for block in bank.get_form(form).blocks for item in block.items}
    return answers.only([item for item in answers.items if item in wanted])


def _sets(answers: Answers) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    sets = {name: own for name, own in answers.constructs.items() if len(own) > 1}
    if not sets and not answers.constructs:
        sets = {"scale": answers.items}
    if not sets or min(len(own) for own in sets.values()) < 2:
        raise InputError("a construct must have at least two items, got none that has")
    left = [answers.named(name) for name in answers.constructs if name not in sets]
    return sets, [f"Left out, one item: {quoted(left)}."] if left else []


@dataclass
class _Book:
    """Fits scope by scope and collects what comes out."""

    answers: Answers
    level: str
    missing: str
    repetitions: int | None
    seed: int | None
    rows: list[TableRow] = field(default_factory=list)
    levels: list[TableRow] = field(default_factory=list)
    loadings: list[TableRow] = field(default_factory=list)
    pairs: list[TableRow] = field(default_factory=list)
    models: dict[tuple[str, str], str] = field(default_factory=dict)
    fits: dict[tuple[str, str], SemResult] = field(default_factory=dict)
    cutoffs: dict[str, DynamicCutoffs | NotComputed] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    persons: int = 0

    def scope(
        self, sets: dict[str, tuple[str, ...]], others: Callable[..., Iterable[Rival]] | None
    ) -> None:
        """Fit the constructs' own model and its simpler rivals."""
        title = self._title(sets)
        if len(sets) == 1 and len(next(iter(sets.values()))) < 3:
            why = "one factor of two items is not identified"
            self.rows.append({"scope": title, "model": "constructs", "words": "", "reason": why})
            return
        named, options = self._prepared(sets)
        words = f"{len(sets)} correlated constructs" if len(sets) > 1 else "one factor"
        base = Rival("constructs", words, factor_model(named.sets))
        own = self._fit(title, base, named, options, None)
        if own is None:
            return
        self._keep(title, own, named)
        names = {plain: self.answers.named(named.back[plain]) for plain in named.sets}
        close = [(a, b) for a, b in self._plain_close(named) if a in named.sets and b in named.sets]
        for rival in [] if others is None else others(named.sets, close, names):
            self._fit(title, rival, named, options, own)

    def inside(self, sets: dict[str, tuple[str, ...]]) -> None:
        """Fit facets, second order and bifactor of each construct that has facets."""
        for name, items in sets.items():
            rivals, why = rivals_inside(items, self.answers.facet_of, self.answers.named(name))
            self.notes += [why] if why else []
            if not rivals:
                continue
            title = self._title({name: items})
            named, options = self._prepared({name: items})
            own = self.fits.get((title, "constructs"))
            if own is None:
                base = Rival("constructs", "one factor", factor_model(named.sets))
                own = self._fit(title, base, named, options, None)
            to = {given: plain for plain, given in named.back.items()}
            plain = [to[i] for i in items]
            facets = {to[i]: f for i, f in self.answers.facet_of.items() if i in to}
            rivals, _ = rivals_inside(plain, facets, "")
            for rival in [] if own is None else rivals:
                self._fit(title, rival, named, options, own)

    def result(self, plan: Plan) -> MeasurementFit:
        """Return everything; raise when nothing could be fitted."""
        if not self.fits:
            reasons = [str(row["reason"]) for row in self.rows if row.get("reason")]
            raise EstimationError(f"no measurement model could be fitted: {'; '.join(reasons[:3])}")
        columns = ["scope", "model", "words", "chisq", "df", "pvalue", *MEASURES, "srmr_within",
                   "srmr_between", "delta_chisq", "delta_df", "delta_p", "verdict",
                   "reason"]  # fmt: skip
        blank: TableRow = {"verdict": "", "reason": ""}
        table = pd.DataFrame([blank | row for row in self.rows]).reindex(columns=columns)
        groups = 0 if self.answers.groups is None else int(self.answers.groups.nunique())
        return MeasurementFit(
            table, pd.DataFrame(self.levels), pd.DataFrame(self.loadings), pd.DataFrame(self.pairs),
            self.models, self.fits, self.cutoffs, plan.level, plan.whole, self.persons, groups,
            tuple(dict.fromkeys(self.notes)),
        )  # fmt: skip

    def _title(self, sets: dict[str, tuple[str, ...]]) -> str:
        if len(sets) > 3:
            return f"all {len(sets)} constructs"
        return ", ".join(self.answers.named(name) for name in sets)

    def _prepared(self, sets: dict[str, tuple[str, ...]]) -> tuple[Named, FitOptions]:
        items = [item for own in sets.values() for item in own]
        used = self.answers.only(items)
        gaps = bool(used.values.isna().to_numpy().any())
        missing = self.missing
        if missing == "auto":
            missing = "fiml" if gaps and len(items) <= MOST_FIML else "listwise"
        known = used.complete() if missing == "listwise" else used
        self.notes += [note for note in known.notes if note not in self.answers.notes]
        self.persons = max(self.persons, int(known.values.notna().any(axis=1).sum()))
        options: FitOptions = {"std_lv": True, "missing": missing}
        named = plain_names(known, sets)
        return named, options | robust(named)

    def _plain_close(self, named: Named) -> list[tuple[str, str]]:
        to = {given: plain for plain, given in named.back.items()}
        return [(to.get(a, a), to.get(b, b)) for a, b in self.answers.close]

    def _fit(
        self, title: str, rival: Rival, named: Named, options: FitOptions,
        base: SemResult | None,
    ) -> SemResult | None:  # fmt: skip
        items = list(dict.fromkeys(i for own in named.sets.values() for i in own))
        text = at_level(rival.text, items, self.level)
        key = (title, rival.words if rival.name == "merged" else rival.name)
        self.models[key] = text
        row: TableRow = {"scope": title, "model": rival.name, "words": rival.words}
        self.rows.append(row)
        fit = fit_quietly(text, named.data, **options)
        if isinstance(fit, NotComputed):
            row["reason"] = fit.reason
            return None
        self.fits[key] = fit
        said: list[str] = []
        with heard(said):
            row |= measured(fit)
            if base is not None:
                row |= against(base, fit, rival, title)
        row["reason"] = "; ".join([*(p.text for p in fit.problems), *said])
        return fit

    def _keep(self, title: str, fit: SemResult, named: Named) -> None:
        if isinstance(fit, TwoLevelResult):
            with heard(self.notes):
                for level, found in level_measures(fit).items():
                    self.levels.append({"scope": title, "level": level, **of_level(found, level)})
        self._parts(fit, named)
        if self.repetitions != 0:
            again = partial(fit_quietly, self.models[title, "constructs"], std_lv=True)
            own = simulated_cutoffs(fit, named, again, self.repetitions, self.seed)
            self.cutoffs[title] = own

    def _parts(self, fit: SemResult, named: Named) -> None:
        words = {"1": "within", "2": "between"} if isinstance(fit, TwoLevelResult) else {}
        called = {plain: self.answers.named(named.back[plain]) for plain in named.sets}
        for row in records_of(fit.standardized("all")):
            level = words.get(str(row["level"]), "person")
            rest = {name: row[name] for name in ("ci_lower", "ci_upper")}
            one, two = row["lhs"], row["rhs"]
            if row["op"] == "=~":
                head = {"construct": called[one], "item": named.back[two], "level": level}
                self.loadings.append(head | {"loading": row["est"], "se": row["se"]} | rest)
            elif row["op"] == "~~" and one != two and {one, two} <= set(called):
                head = {"first": called[one], "second": called[two], "level": level}
                self.pairs.append(head | {"correlation": row["est"]} | rest)
