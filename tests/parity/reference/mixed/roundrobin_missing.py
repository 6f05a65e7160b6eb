"""Take ratings and two silent raters out: python roundrobin_missing.py IN OUT."""

import sys

import pandas as pd

d = pd.read_csv(sys.argv[1])
silent = d["actor"].isin(["p1b", "p4c"])
lost = d.index.to_series().mul(7).mod(11).isin([2, 5])
d[~silent & ~lost].to_csv(sys.argv[2], index=False)
