"""`esem`: the instrument's constructs as factors on which every item may load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict, Unpack

import numpy as np
import pandas as pd

from collective_use.accepted import Labels, PlainDict
from collective_use.checks import number_between, one_of, valid_seed
from collective_use.cutoffs import Cutoff
from collective_use.errors import CollectiveUseError, EstimationError, InputError
from collective_use.frames import Record, records_of
from collective_use.measurement.answers import Answers, Constructs, Data, answers_of
from collective_use.measurement.cfa import (
    Named,
    factor_model,
    fit_quietly,
    heard,
    plain_names,
)
from collective_use.measurement.confirmatory.measured import measured, robust
from collective_use.measurement.halves import split_by_group
from collective_use.measurement.validity.htmt import constructs_with
from collective_use.numerics.factors.extract import degrees_of_freedom
from collective_use.numerics.threads import single_threaded
from collective_use.results import NotComputed, Result, Table, TableRow, table_of
from collective_use.sem.asked import FitOptions
from collective_use.sem.result import SemResult

CROSS = Cutoff("cross_loading", 0.30, "at_most",
               "Hinkin 1998, Organizational Research Methods 1:104")  # fmt: skip
GAIN = Cutoff("delta_cfi", 0.010, "at_most",
              "Marsh, Morin, Parker & Kaur 2014, Annual Review of Clinical Psychology 10:85",
              "what cross-loadings have to add to CFI before they are worth having")  # fmt: skip


@dataclass(frozen=True)
class Esem(Result):
    """Exploratory structural equation model beside the confirmatory one.

    Attributes
    ----------
    models
        One row a model and part: `part` (``"all"``, ``"explored"``, ``"held back"``), `model`
        (``"cfa"``: items load on their own construct; ``"esem"``: on all; ``"revised"``: on their
        own and where the explored part had a salient cross-loading), `chisq`, `df`, `pvalue`,
        `cfi`, `tli`, `rmsea`, `srmr`, `aic`, `bic`, `delta_chisq`, `delta_df`, `delta_p` against
        the part's cfa, `reason`.
    loadings
        One row an item and factor of the esem: `item`, `construct` (its own), `factor`, `loading`
        (standardised), `se`, `ci_lower`, `ci_upper`, `own`, `salient` (a cross-loading of .30 or
        more whose limits leave out zero).
    correlations
        One row a pair: `first`, `second`, `cfa`, `esem`, `ci_lower`, `ci_upper` (of esem).
    verdict
        In words.
    fits
        By part and model.
    rules
        The rules of thumb.
    n
        Persons of each part.
    notes
        What a reader has to know.

    Examples
    --------
    >>> import numpy as np
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(400, 2)), 4, axis=1)
    >>> x = f + 0.8 * rng.normal(size=f.shape)
    >>> sets = {"a": [f"item{i}" for i in (1, 2, 3, 4)], "b": [f"item{i}" for i in (5, 6, 7, 8)]}
    >>> cu.esem(x, sets).verdict
    'The constructs do as well without cross-loadings.'
    """

    models: pd.DataFrame
    loadings: pd.DataFrame
    correlations: pd.DataFrame
    verdict: str
    fits: Mapping[tuple[str, str], SemResult]
    rules: Mapping[str, Cutoff]
    n: Mapping[str, int]
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return the loadings, one row an item and factor."""
        return self.loadings.copy()

    def pattern(self) -> pd.DataFrame:
        """Return items by factors, standardised loadings in the order of the constructs."""
        order = list(dict.fromkeys(self.loadings["factor"]))
        items = list(dict.fromkeys(self.loadings["item"]))
        return self.loadings.pivot_table(
            index="item", columns="factor", values="loading", sort=False
        ).loc[items, order]

    def tables(self) -> tuple[Table, ...]:
        """Return models, loadings and correlations."""
        persons = ", ".join(f"{part} {n}" for part, n in self.n.items())
        notes = (self.verdict, f"Persons: {persons}.",
                 *(f"{name} {rule}" for name, rule in self.rules.items()), *self.notes)  # fmt: skip
        wanted = ["part", "model", "chisq", "df", "cfi", "rmsea", "srmr", "delta_chisq",
                  "delta_df", "delta_p", "reason"]  # fmt: skip
        return (
            table_of("Constructs with and without cross-loadings", self.models[wanted],
                     notes=notes),
            table_of("Loadings on all factors (target rotation)",
                     self.pattern().rename_axis(columns=None).reset_index(), digits=2),
            table_of("Correlations of constructs", self.correlations, digits=2),
        )  # fmt: skip


@single_threaded
def esem(
    data: Data,
    constructs: Constructs | None = None,
    groups: Labels = None,
    *,
    rotation: str = "target",
    held_back: float = 0.0,
    missing: str = "listwise",
    starts: int = 10,
    seed: int | None = 1,
    language: str | None = None,
) -> Esem:
    """Fit the constructs as exploratory factors rotated to what the instrument expects.

    Every item may load on every factor; the rotation brings loadings on constructs that are not
    the item's own as near to zero as it can (target), and the confirmatory model is what is left
    when they are exactly zero: the two are compared, with the correlations of constructs in both.

    Parameters
    ----------
    data
        Items of persons: a frame, an array, responses or scores.
    constructs
        Items by construct; the measures of an instrument when None. Two or more with two items.
    groups
        A column of the frame or one label for each person; errors are then robust to groups.
    rotation
        ``"target"``, ``"geomin"``, ``"oblimin"`` or ``"quartimin"``; only a target names which
        factor is which construct, others are named by the construct whose items load most.
    held_back
        Share of the groups (persons where there are none) held back, 0 to .8: the model is explored
        in the others, and what was found is confirmed there. No group is in both parts.
    missing
        ``"listwise"`` or ``"fiml"``.
    starts, seed
        Random starts of the rotation; the seed also draws the part held back.
    language
        Of the names of constructs.

    Raises
    ------
    InputError
        When there are fewer than two constructs, or more factors than their items can identify.
    EstimationError
        When the exploratory model cannot be fitted; the message says why.

    References
    ----------
    Asparouhov & Muthén (2009), Structural Equation Modeling 16:397; Browne (2001), Multivariate
    Behavioral Research 36:111; Marsh, Morin, Parker & Kaur (2014), Annual Review of Clinical
    Psychology 10:85.

    Examples
    --------
    >>> import numpy as np
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(400, 2)), 4, axis=1)
    >>> x = f + 0.8 * rng.normal(size=f.shape)
    >>> x[:, 0] += 0.8 * f[:, 7]
    >>> sets = {"a": [f"item{i}" for i in (1, 2, 3, 4)], "b": [f"item{i}" for i in (5, 6, 7, 8)]}
    >>> cu.esem(x, sets).loadings.query("salient")[["item", "factor"]].values.tolist()
    [['item1', 'b']]
    """
    one_of("rotation", rotation, ("target", "geomin", "oblimin", "quartimin"))
    one_of("missing", missing, ("listwise", "fiml"))
    number_between("held_back", held_back, 0, 0.8)
    valid_seed(seed)
    answers = answers_of(data, groups, constructs, least=4, language=language)
    sets = constructs_with(answers, 2)
    used = answers.only([item for own in sets.values() for item in own])
    _refuse_too_many(len(sets), len(used.items))
    known = used.complete() if missing == "listwise" else used
    book = _Book(known, sets, missing, _rotation(rotation, sets, starts, seed))
    if not held_back:
        book.compare("all", np.ones(len(known.values), bool))
        return book.result("all")
    first, held = split_by_group(known, held_back, seed)
    book.compare("explored", first)
    book.confirm("held back", held)
    unit = "groups" if known.groups is not None else "persons"
    book.notes.append(f"The split is by {unit} (seed {seed}).")
    return book.result("explored")


def _refuse_too_many(factors: int, items: int) -> None:
    if degrees_of_freedom(items, factors) < 0:
        raise InputError(
            f"constructs must be fewer for {items} items to load on all of them, got {factors}: "
            "negative degrees of freedom; take some of them, or fit_measurement()"
        )


def _rotation(
    name: str, sets: Mapping[str, Sequence[str]], starts: int, seed: int | None
) -> FitOptions:
    options: PlainDict = {"starts": starts, "seed": seed}
    if name == "target":
        owner = [k for k, own in enumerate(sets.values()) for _ in own]
        wanted = np.zeros((len(owner), len(sets)))
        wanted[np.arange(len(owner)), owner] = np.nan
        options["target"] = wanted
    return {"rotation": name, "rotation_options": options}


class Loading(TypedDict):
    """An item on a factor: `own` of its construct, `salient` a cross-loading that counts."""

    item: str
    construct: str
    factor: str
    loading: float
    se: float
    ci_lower: float
    ci_upper: float
    own: bool
    salient: bool


class _Book:
    """Fits parts and models, and keeps what comes out."""

    def __init__(
        self, known: Answers, sets: Mapping[str, Sequence[str]], missing: str, turn: FitOptions
    ) -> None:
        self.known, self.turn = known, turn
        self.named: Named = plain_names(known, sets)
        self.home = {item: f for f, own in self.named.sets.items() for item in own}
        self.options: FitOptions = {"missing": missing, **robust(self.named)}
        self.rows: list[TableRow] = []
        self.fits: dict[tuple[str, str], SemResult] = {}
        self.n: dict[str, int] = {}
        self.notes: list[str] = [*known.notes]

    def compare(self, part: str, who: np.ndarray) -> None:
        """Fit both models to a part."""
        self._fit(part, "cfa", factor_model(self.named.sets), who, std_lv=True)
        heads = " + ".join(f'efa("e_")*{f}' for f in self.named.sets)
        found = self._fit(part, "esem", f"{heads} =~ {' + '.join(self.home)}", who, **self.turn)
        if found is None:
            raise EstimationError(f"the exploratory model: {self.rows[-1]['reason']}")

    def confirm(self, part: str, who: np.ndarray) -> None:
        """Fit, in the part held back, the constructs alone and with what was explored."""
        self._fit(part, "cfa", factor_model(self.named.sets), who, std_lv=True)
        sets = {f: list(own) for f, own in self.named.sets.items()}
        for row in self._loadings("explored"):
            if row["salient"]:
                sets[row["factor"]].append(row["item"])
        if sum(map(len, sets.values())) == len(self.home):
            self.notes.append("No salient cross-loading was explored, so there is none to confirm.")
            return
        self._fit(part, "revised", factor_model(sets), who, std_lv=True)

    def result(self, part: str) -> Esem:
        """Return everything."""
        name = {plain: self.known.named(given) for plain, given in self.named.back.items()}
        loadings = pd.DataFrame(
            {**row, "item": self.named.back[row["item"]], "factor": name[row["factor"]],
             "construct": name[row["construct"]]}
            for row in self._loadings(part)
        )  # fmt: skip
        columns = ["part", "model", "chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "aic",
                   "bic", "delta_chisq", "delta_df", "delta_p", "reason"]  # fmt: skip
        models = pd.DataFrame(self.rows).reindex(columns=columns)
        rules = {"cross-loading": CROSS, "gain in CFI": GAIN}
        return Esem(
            models, loadings, self._correlations(part, name), _verdict(models, loadings, part),
            self.fits, rules, self.n, tuple(dict.fromkeys(self.notes)),
        )  # fmt: skip

    def _fit(
        self, part: str, model: str, text: str, who: np.ndarray, **others: Unpack[FitOptions]
    ) -> SemResult | None:
        row: TableRow = {"part": part, "model": model, "reason": ""}
        self.rows.append(row)
        data = self.named.data[who]
        self.n[part] = len(data)
        options: FitOptions = {**self.options, **others}
        fit = fit_quietly(text, data, **options)
        if isinstance(fit, NotComputed):
            row["reason"] = fit.reason
            return None
        self.fits[part, model] = fit
        base = self.fits.get((part, "cfa"))
        said: list[str] = []
        with heard(said):
            row |= measured(fit)
            if base is not None and base is not fit:
                more, why = _difference(base, fit)
                row |= more
                said += [why] if why else []
        row["reason"] = "; ".join([*(p.text for p in fit.problems), *said])
        return fit

    def _loadings(self, part: str) -> list[Loading]:
        rows = [
            r for r in records_of(self.fits[part, "esem"].standardized("all")) if r["op"] == "=~"
        ]
        called = self._called(rows)
        out: list[Loading] = []
        for r in rows:
            own = self.home[r["rhs"]] == called[r["lhs"]]
            clear = r["ci_lower"] > 0 or r["ci_upper"] < 0
            salient = not own and clear and not CROSS.passes(abs(r["est"]))
            out.append({
                "item": r["rhs"], "construct": self.home[r["rhs"]], "factor": called[r["lhs"]],
                "loading": r["est"], "se": r["se"], "ci_lower": r["ci_lower"],
                "ci_upper": r["ci_upper"], "own": own, "salient": bool(salient),
            })  # fmt: skip
        return out

    def _called(self, rows: list[Record]) -> dict[str, str]:
        """Return which construct each factor is: the one whose items load most, each once."""
        names = list(self.named.sets)
        if self.turn["rotation"] == "target":
            return {f: f for f in names}
        size = pd.DataFrame(0.0, index=names, columns=names)
        for r in rows:
            size.loc[r["lhs"], self.home[r["rhs"]]] += r["est"] ** 2
        from scipy.optimize import linear_sum_assignment

        one, two = linear_sum_assignment(-size.to_numpy())
        return {names[a]: names[b] for a, b in zip(one, two, strict=True)}

    def _correlations(self, part: str, name: Mapping[str, str]) -> pd.DataFrame:
        found: dict[frozenset[str], TableRow] = {}
        esem = records_of(self.fits[part, "esem"].standardized("all"))
        called = self._called([r for r in esem if r["op"] == "=~"])
        both = [("esem", esem, called)]
        if (part, "cfa") in self.fits:
            own = records_of(self.fits[part, "cfa"].standardized("all"))
            both.append(("cfa", own, {f: f for f in self.named.sets}))
        for model, rows, place in both:
            for r in rows:
                if r["op"] == "~~" and r["lhs"] != r["rhs"] and {r["lhs"], r["rhs"]} <= set(place):
                    pair = (place[r["lhs"]], place[r["rhs"]])
                    row = found.setdefault(frozenset(pair), {
                        "first": name[pair[0]], "second": name[pair[1]]
                    })  # fmt: skip
                    row[model] = r["est"]
                    if model == "esem":
                        row |= {"ci_lower": r["ci_lower"], "ci_upper": r["ci_upper"]}
        columns = ["first", "second", "cfa", "esem", "ci_lower", "ci_upper"]
        return pd.DataFrame(list(found.values())).reindex(columns=columns)


def _difference(base: SemResult, fit: SemResult) -> tuple[TableRow, str]:
    """Return the difference test; not scaled, and said so, where both scalings are negative."""
    for method in ("auto", "satorra.bentler.2010", "standard"):
        try:
            found = base.compare(fit, method)
        except CollectiveUseError:
            continue
        said = "the chi-square difference is not scaled" if method == "standard" else ""
        return {"delta_chisq": found.statistic, "delta_df": found.df, "delta_p": found.p}, said
    return {}, "the two models cannot be compared"


def _verdict(models: pd.DataFrame, loadings: pd.DataFrame, part: str) -> str:
    rows = {(r["part"], r["model"]): r for r in records_of(models)}
    names = ", ".join(
        f"{r['item']} on {r['factor']}" for r in records_of(loadings[loadings["salient"]])
    )
    base, own = rows.get((part, "cfa"), {}), rows[part, "esem"]
    if not np.isfinite(float(base.get("cfi", np.nan))):
        return f"Only the exploratory model could be fitted; salient: {names or 'none'}."
    if float(own["delta_p"]) >= 0.05 or GAIN.passes(float(own["cfi"]) - float(base["cfi"])):
        return "The constructs do as well without cross-loadings."
    if not names:
        return "Cross-loadings help, but none is salient: they are many and small."
    checked = rows.get(("held back", "revised"), {})
    p = float(checked.get("delta_p", np.nan))
    if np.isfinite(p):
        kept = "confirmed" if p < 0.05 else "not confirmed"
        return f"Items load elsewhere, too ({names}): {kept} in the part held back."
    return f"Items load elsewhere, too: {names}."
