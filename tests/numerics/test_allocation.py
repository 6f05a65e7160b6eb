"""Shares, inequality and agreement of raters, against direct definitions and pingouin."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from collective_use.numerics.rosters import allocation as alc
from collective_use.numerics.rosters import raters

amounts = st.integers(2, 9).flatmap(
    lambda k: arrays(float, (1, k), elements=st.integers(0, 100).map(float))
)


@settings(max_examples=80, deadline=None)
@given(amounts)
def test_inequality_against_the_definitions(x: np.ndarray) -> None:
    k = x.shape[-1]
    if x.sum() == 0:
        assert np.isnan(alc.gini(x)[0])
        return
    mean = x.mean()
    gaps = np.abs(x[0][:, None] - x[0][None, :]).sum()
    plain = gaps / (2 * k * k * mean)
    assert alc.gini(x, corrected=False)[0] == pytest.approx(plain, abs=1e-12)
    assert alc.gini(x)[0] == pytest.approx(plain * k / (k - 1), abs=1e-12)
    assert alc.variation(x)[0] == pytest.approx(x.std(ddof=1) / mean, abs=1e-12)
    shares = x / x.sum()
    assert alc.herfindahl(x)[0] == pytest.approx((shares**2).sum(), rel=1e-12)
    assert 1 - 1e-9 <= alc.effective_number(x)[0] <= k + 1e-9
    # CV and Herfindahl say the same thing: k H = 1 + CV^2
    cv = alc.variation(x, corrected=False)[0]
    assert k * alc.herfindahl(x)[0] == pytest.approx(1 + cv**2, rel=1e-10)


@settings(max_examples=40, deadline=None)
@given(amounts, st.floats(0.1, 1000))
def test_scale_and_order_do_not_matter(x: np.ndarray, factor: float) -> None:
    if x.sum() == 0:
        return
    for index in (alc.gini, alc.variation, alc.herfindahl, alc.largest_share):
        np.testing.assert_allclose(index(x[:, ::-1] * factor), index(x), rtol=1e-9, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 8), st.integers(0, 10_000))
def test_raters_who_agree_are_reproduced_without_their_own_target(k: int, seed: int) -> None:
    truth = np.random.default_rng(seed).dirichlet(np.ones(k))
    shares = np.tile(truth, (1, k, 1))
    own = np.arange(k)[None]
    got = alc.received_shares(alc.without_own(shares, own))
    np.testing.assert_allclose(got[0], truth, rtol=1e-12)
    assert alc.self_bias(shares, own)[0] == pytest.approx(0, abs=1e-12)


def test_points_that_do_not_add_up() -> None:
    n = np.nan
    points = np.array([[[50, 50, n], [30, 30, 20], [n, n, n], [99, 0, 0], [120, -20, 0]]], float)
    done = alc.complete_blanks(points, 100, 0.02)
    assert done[0, 0].tolist() == [50, 50, 0]
    assert alc.off_total(done, 100, 0.02)[0].tolist() == [False, True, False, False, True]


def _long(table: np.ndarray) -> pd.DataFrame:
    targets, judges = np.indices(table.shape)
    return pd.DataFrame({"t": targets.ravel(), "r": judges.ravel(), "y": table.ravel()})


@pytest.mark.parametrize(("targets", "judges"), [(3, 4), (6, 5), (12, 3), (2, 2)])
def test_balanced_icc_equals_pingouin(targets: int, judges: int) -> None:
    import pingouin

    rng = np.random.default_rng(targets * 10 + judges)
    table = rng.normal(size=(targets, judges)) + 2 * rng.normal(size=(targets, 1))
    frame = _long(table + rng.normal(size=judges))
    if targets > 2:
        with warnings.catch_warnings():  # pingouin calls pandas in a way that pandas will drop
            warnings.simplefilter("ignore")
            theirs = pingouin.intraclass_corr(frame, targets="t", raters="r", ratings="y")
        named = {"ICC2": "ICC(A,1)", "ICC2k": "ICC(A,k)"}  # as pingouin 0.6 calls them
        icc = theirs.set_index("Type")["ICC"].rename(named)
        single, mean = icc["ICC(A,1)"], icc["ICC(A,k)"]
    else:
        single, mean = _mcgraw_wong(frame)
    anova = raters.crossed_anova(
        frame["y"].to_numpy(), frame["t"].to_numpy(), frame["r"].to_numpy()
    )
    ours = raters.agreement_icc(raters.components(anova), anova.cells_a())
    assert ours[0][0] == pytest.approx(single, rel=1e-9)
    assert ours[1][0] == pytest.approx(mean, rel=1e-9)


def _mcgraw_wong(frame: pd.DataFrame) -> tuple[float, float]:
    table = frame.pivot_table(index="t", columns="r", values="y").to_numpy()
    n, k = table.shape
    grand = table.mean()
    rows = k * ((table.mean(1) - grand) ** 2).sum() / (n - 1)
    columns = n * ((table.mean(0) - grand) ** 2).sum() / (k - 1)
    left = table - table.mean(1, keepdims=True) - table.mean(0) + grand
    error = (left**2).sum() / ((n - 1) * (k - 1))
    single = (rows - error) / (rows + (k - 1) * error + k / n * (columns - error))
    return single, (rows - error) / (rows + (columns - error) / n)


def _dense(y: np.ndarray, a: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """Method III by dense projections: the definition, without any shortcut."""
    za, zb = np.eye(a.max() + 1)[a], np.eye(b.max() + 1)[b]

    def left(x: np.ndarray) -> np.ndarray:
        return np.eye(len(y)) - x @ np.linalg.pinv(x)

    both = left(np.hstack([za, zb]))
    error = y @ both @ y
    return {
        "ss_error": error,
        "df_error": np.trace(both),
        "ss_a": y @ left(zb) @ y - error,
        "ss_b": y @ left(za) @ y - error,
        "weight_a": np.trace(za.T @ left(zb) @ za),
        "weight_b": np.trace(zb.T @ left(za) @ zb),
    }


@pytest.mark.parametrize("seed", range(8))
def test_unbalanced_sums_of_squares_equal_dense_projections(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = rng.random((5, 6)) < 0.55
    a, b = np.nonzero(cells)
    a, b = (np.unique(x, return_inverse=True)[1] for x in (a, b))
    if seed % 2:  # several values in a cell
        a, b = np.r_[a, a[:4]], np.r_[b, b[:4]]
    y = rng.normal(size=len(a)) + a + 1e6
    ours = raters.crossed_anova(y, a, b)
    for name, value in _dense(y - 1e6, a, b).items():
        assert getattr(ours, name)[0] == pytest.approx(value, rel=1e-7, abs=1e-7), name


def test_blocks_add_up_and_stand_alone() -> None:
    rng = np.random.default_rng(5)
    pieces = []
    for g, (t, r) in enumerate([(4, 5), (3, 6), (7, 4)]):
        rows, cols = np.nonzero(rng.random((t, r)) < 0.8)
        pieces.append(pd.DataFrame({"g": g, "t": rows, "r": cols}))
    frame = pd.concat(pieces)
    frame["y"] = rng.normal(size=len(frame))
    a = frame.groupby(["g", "t"]).ngroup().to_numpy()
    b = frame.groupby(["g", "r"]).ngroup().to_numpy()
    joint = raters.crossed_anova(frame["y"].to_numpy(), a, b, frame["g"].to_numpy())
    for g, part in frame.groupby("g"):
        one = raters.crossed_anova(
            part["y"].to_numpy(),
            np.unique(part["t"], return_inverse=True)[1],
            np.unique(part["r"], return_inverse=True)[1],
        )
        for name in raters.CrossedAnova.__slots__:
            assert getattr(joint, name)[g] == pytest.approx(getattr(one, name)[0], abs=1e-9), name
    pooled = joint.pooled()
    assert pooled.n[0] == len(frame)
    assert pooled.ss_error[0] == pytest.approx(joint.ss_error.sum())


def test_components_are_unbiased_with_own_ratings_missing() -> None:
    rng = np.random.default_rng(11)
    groups, k = 3000, 5
    target = rng.normal(scale=1.0, size=(groups, 1, k))
    judge = rng.normal(scale=0.7, size=(groups, k, 1))
    ratings = target + judge + rng.normal(scale=1.2, size=(groups, k, k))
    keep = np.broadcast_to(~np.eye(k, dtype=bool), ratings.shape)
    g, r, t = np.nonzero(keep)
    parts = raters.components(raters.crossed_anova(ratings[keep], g * k + t, g * k + r, g).pooled())
    assert parts.a[0] == pytest.approx(1.0, abs=0.06)
    assert parts.b[0] == pytest.approx(0.49, abs=0.05)
    assert parts.error[0] == pytest.approx(1.44, abs=0.03)
