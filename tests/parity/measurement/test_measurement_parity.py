"""Every number of the measurement references: compared in its class, or named with a reason."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from measurement_cells import FILES, REFERENCE, compared, frame, gap, unexplained
from scipy.stats import chi2

import collective_use as cu
from collective_use.numerics.factors.errors import rotated_errors
from collective_use.numerics.factors.extract import extract
from collective_use.numerics.factors.number import all_eigenvalues, normal_correlations
from collective_use.numerics.factors.rotate import oblimin, ordered, rotate, varimax_criterion
from collective_use.numerics.items.ordinal_logistic import proportional_odds

APART = {"dynamic_hs9.json", "efa_errors.json", "esem_target.json", "dif_ordinal.json"}
"""Files with a test of their own below."""


@pytest.mark.parametrize("file", sorted(FILES))
def test_every_cell_in_its_class(file: str) -> None:
    rows = compared(file)
    assert len(rows) > 50
    bad = [f"{p}: {a!r} and {b!r} ({kind})" for p, a, b, kind in rows if not gap(a, b, kind) <= 1]
    assert not bad, f"{len(bad)} of {len(rows)} cells: " + "; ".join(bad[:8])


@pytest.mark.parametrize("file", sorted(FILES))
def test_no_cell_is_left_out_without_a_reason(file: str) -> None:
    left = unexplained(file)
    assert not left, f"{len(left)} cells: {left[:12]}"


def test_every_reference_file_has_its_test() -> None:
    assert {p.name for p in REFERENCE.glob("*.json")} == set(FILES) | APART


@pytest.mark.parametrize("file", sorted(FILES))
def test_a_changed_number_is_found(file: str) -> None:
    _path, given, ours, kind = max(compared(file), key=lambda row: abs(row[1]))
    assert gap(given, ours, kind) <= 1
    assert gap(given * 1.01 + 0.01, ours, kind) > 1


def test_simulated_eigenvalues_within_their_errors() -> None:
    given = json.loads((REFERENCE / "factor_count.json").read_text())["hs9_simulated_2000"]
    drawn = all_eigenvalues(normal_correlations(301, 9, 20_000, np.random.default_rng(1)))
    apart = (drawn.mean(axis=0) - given["mean"]) / np.array(given["monte_carlo_se_of_mean"])
    assert np.abs(apart).max() < 3.5


def test_dynamic_cutoffs_are_those_of_the_authors_within_simulation_error() -> None:
    given = json.loads((REFERENCE / "dynamic_hs9.json").read_text())
    fit = cu.fit_cfa(given["model"], frame("hs9"))
    found = cu.dynamic_cutoffs(fit, repetitions=2000, seed=1).to_frame().set_index("level")
    allowed = {"srmr": 0.004, "rmsea": 0.012, "cfi": 0.012}
    for run in given["runs"]:
        for row in run["levels"]:
            for name, limit in allowed.items():
                assert abs(found.loc[row["level"], name] - row[name]) <= limit
            if row["magnitude"] is not None:
                assert found.loc[row["level"], "magnitude"] == pytest.approx(
                    row["magnitude"], abs=5e-4
                )


@pytest.mark.parametrize(("name", "orthogonal"), [("oblimin", False), ("varimax", True)])
def test_errors_of_loadings_are_those_of_implicit_differentiation(
    name: str, orthogonal: bool
) -> None:
    """The estimates are differentiated as a whole: extracted and rotated again for each element.

    lavaan's printed errors (efa_errors.json) lie up to 1e-3 from this; see the next test.
    """
    r = np.corrcoef(frame("hs9").to_numpy().T)
    plain = extract(r, 3, "ml")
    criterion = varimax_criterion() if orthogonal else oblimin()
    found = ordered(rotate(plain.loadings, criterion, orthogonal=orthogonal, tolerance=1e-11))
    errors, _ = rotated_errors(
        found.pattern, found.phi, plain.uniquenesses, criterion, 301, orthogonal=orthogonal
    )
    implied = found.pattern @ found.phi @ found.pattern.T + np.diag(plain.uniquenesses)

    def again(s: np.ndarray) -> np.ndarray:
        spread = np.sqrt(np.diag(s))
        loadings = extract(s / np.outer(spread, spread), 3, "ml").loadings
        turned = rotate(loadings, criterion, orthogonal=orthogonal, starts=1, tolerance=1e-11)
        match = found.pattern.T @ turned.pattern
        best = np.abs(match).argmax(axis=1)
        return (turned.pattern[:, best] * np.sign(match[np.arange(3), best])).ravel()

    places = [(i, j) for i in range(9) for j in range(i + 1)]
    slopes = []
    for i, j in places:
        step = np.zeros((9, 9))
        step[i, j] = step[j, i] = 1e-5
        slopes.append((again(implied + step) - again(implied - step)) / 2e-5)
    jacobian = np.array(slopes).T
    gamma = np.array(
        [[implied[i, k] * implied[j, m] + implied[i, m] * implied[j, k] for k, m in places]
         for i, j in places]
    ) / 301  # fmt: skip
    exact = np.sqrt(np.diag(jacobian @ gamma @ jacobian.T)).reshape(9, 3)
    np.testing.assert_allclose(errors, exact, atol=2e-4)


@pytest.mark.parametrize("name", ["oblimin", "geomin", "varimax"])
def test_errors_of_loadings_beside_lavaan(name: str) -> None:
    """Estimates agree to lavaan's own rotation tolerance; errors as near as lavaan's are exact."""
    given = json.loads((REFERENCE / "efa_errors.json").read_text())[name]["standardised"]
    table = pd.DataFrame([r for r in given if r["op"] == "=~"])
    theirs = table.pivot_table(index="rhs", columns="lhs", values="est.std")
    their_errors = table.pivot_table(index="rhs", columns="lhs", values="se")
    r = np.corrcoef(frame("hs9").to_numpy().T)
    plain = extract(r, 3, "ml")
    from collective_use.numerics.factors.rotate import geomin

    criterion = {"oblimin": oblimin(), "geomin": geomin(0.01), "varimax": varimax_criterion()}[name]
    orthogonal = name == "varimax"
    found = ordered(rotate(plain.loadings, criterion, orthogonal=orthogonal))
    errors, _ = rotated_errors(
        found.pattern, found.phi, plain.uniquenesses, criterion, 301, orthogonal=orthogonal
    )
    best = np.abs(theirs.to_numpy().T @ found.pattern).argmax(axis=0)
    np.testing.assert_allclose(np.abs(theirs.to_numpy()[:, best]), np.abs(found.pattern), atol=1e-5)
    np.testing.assert_allclose(their_errors.to_numpy()[:, best], errors, atol=1.1e-3)


def test_target_rotation_of_a_whole_model_is_lavaans_and_gparotations() -> None:
    given = json.loads((REFERENCE / "esem_target.json").read_text())
    names = ("visual", "textual", "speed")
    sets = {name: [f"x{3 * k + j}" for j in (1, 2, 3)] for k, name in enumerate(names)}
    items = [item for own in sets.values() for item in own]
    fit = cu.esem(frame("hs9")[items], sets).fits["all", "esem"]
    own = fit.estimates.set_index(["lhs", "op", "rhs"])
    standard = fit.standardized("all").set_index(["lhs", "op", "rhs"])["est"]
    for cell in given["pe"]:
        row = own.loc[cell["lhs"], cell["op"], cell["rhs"]]
        assert row["est"] == pytest.approx(cell["est"], abs=2e-5), cell
        # lavaan's border takes rotated loadings for uncorrelated ones (tests/parity/sem07)
        assert row["se"] == pytest.approx(cell["se"], abs=5.5e-3), cell
    for cell in given["std"]:
        assert standard[cell["lhs"], cell["op"], cell["rhs"]] == pytest.approx(
            cell["est.std"], abs=2e-5
        )
    for name, value in given["fm"].items():
        assert fit.fit_measures[name] == pytest.approx(value, rel=1e-6), name
    # GPArotation reflects factors at will
    turned = np.abs(np.array(given["gpa_loadings"]))
    mine = np.abs([[standard[f, "=~", item] for f in names] for item in items])
    assert given["gpa_converged"]
    assert np.abs(mine - turned).max() < 2e-5


def test_ordered_items_that_differ_are_judged_as_polr_judges_them() -> None:
    given = json.loads((REFERENCE / "dif_ordinal.json").read_text())
    data = pd.DataFrame(given["data"])
    items = list("abcde")
    found = cu.dif(
        "f =~ " + " + ".join(items), data, group="group", ordered=items, significance=1e-99
    )
    spread = data[items].sum(axis=1).std(ddof=0)
    focal = (data["group"] == "zh").to_numpy(float)
    total = (data[items].sum(axis=1) - data[items].sum(axis=1).mean()).to_numpy() / spread
    for row in given["rows"]:
        own = found.table.set_index("item").loc[row["item"]]
        assert own["p"] == pytest.approx(row["p_both"], rel=1e-8)
        assert own["slope_p"] == pytest.approx(chi2.sf(row["nonuniform"], 1), rel=1e-8)
        assert own["log_odds"] == pytest.approx(row["slope"], abs=1e-8)
        change = row["nagelkerke"][3] - row["nagelkerke"][1]
        assert own["r2_change"] == pytest.approx(change, abs=1e-9)
        y = np.unique(data[row["item"]], return_inverse=True)[1]
        fit = proportional_odds(y, np.column_stack([total, focal]))
        # polr differentiates numerically
        assert np.sqrt(fit.covariance[-1, -1]) == pytest.approx(row["se"], rel=1e-5)
        assert fit.log_likelihood == pytest.approx(row["loglik"][2], rel=1e-11)
