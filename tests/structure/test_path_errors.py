"""Errors for few or clustered groups: what they change, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import collective_use as cu
from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.groups.results import Groups

pytestmark = pytest.mark.filterwarnings("ignore::collective_use.errors.SmallGroupsWarning")


def test_paths_are_least_squares_and_limits_go_with_p(groups: Groups) -> None:
    found = cu.path_errors(groups, "M1", repetitions=299)
    fit = cu.fit_structure(groups, "M1", way="means", engine="core").fit.parameters
    own = found[found["outcome"] == "cdu"]
    np.testing.assert_allclose(own["est"], [fit["b1"], fit["b2"], fit["b3"]], rtol=1e-6)
    outside = (found["lower"] > 0) | (found["upper"] < 0)
    assert (outside == (found["p_cr2"] < 0.05)).all()
    assert np.abs(found["p_wild"] - found["p_cr2"]).max() < 0.15
    assert found["se_two_way"].isna().all()


def test_clusters_have_fewer_degrees_of_freedom(groups: Groups) -> None:
    names = groups.values["group"].astype(str)
    region = {name: i % 8 for i, name in enumerate(names)}
    sponsor = {name: i // 6 for i, name in enumerate(names)}
    found = cu.path_errors(groups, "M1", cluster=region, second=sponsor)
    assert (found["df_cr2"] < 8).all()
    assert (found["se_two_way"] > 0).all()


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"cluster": "regoin"}, InputError, "cluster must be a column"),
        ({"cluster": {"G1": 1}}, InputError, "cluster must be known for every group"),
        ({"cluster": "respondent"}, InputError, "the same for all members|must be a column"),
        ({"model": "M3"}, NotSupported, "latent variables"),
    ],
)
def test_bad_clusters_are_named(groups: Groups, asked, error, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=says):
        cu.path_errors(groups, **asked)


def test_one_cluster_is_none(groups: Groups) -> None:
    one = dict.fromkeys(groups.values["group"].astype(str), "north")
    with pytest.raises(EstimationError, match="all groups into one"):
        cu.path_errors(groups, cluster=one)
