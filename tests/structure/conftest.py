"""Groups that several files ask."""

from __future__ import annotations

import pytest

from collective_use.groups.results import Groups
from collective_use.study.demo import demo_study
from collective_use.study.walk import walk


@pytest.fixture(scope="package")
def groups() -> Groups:
    """Return the groups of the clean sample; not to be changed."""
    return walk(demo_study("clean", "nowhere")).groups
