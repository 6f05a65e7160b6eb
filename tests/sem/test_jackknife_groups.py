"""The jackknife of several groups leaves cases out within groups of fixed size."""

from __future__ import annotations

import numpy as np
import pandas as pd

from collective_use.sem.fit import fit_sem
from collective_use.sem.resampling.bootstrap import jackknife_fit


def test_errors_of_means_and_bias_of_variances_are_those_of_each_group() -> None:
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"y": rng.normal(size=72), "team": ["u"] * 12 + ["v"] * 60})
    fit = fit_sem("y ~~ y\ny ~ 1", data, group="team")
    frame = jackknife_fit(fit).to_frame().set_index("parameter")
    for name, (_, own) in zip(("", ".g2"), data.groupby("team").y, strict=True):
        # closed forms: s / sqrt(n), and the bias -s^2 / n of the variance with divisor n
        np.testing.assert_allclose(frame.se[f"y~1{name}"], own.std() / own.size**0.5, rtol=1e-7)
        np.testing.assert_allclose(frame.bias[f"y~~y{name}"], -own.var() / own.size, rtol=1e-6)
