"""Which channels does the policy miss harm in?  Over the rows of `modengine eval --rows rows.parquet`.

    python rows.py rows.parquet

Messages of one cluster (a template, a source) are not independent: standard errors allow for it.
"""

import sys

import numpy as np
import pandas as pd
import statsmodels.api as sm

rows = pd.read_parquet(sys.argv[1])  # with polars: polars.read_parquet(sys.argv[1])
harmful = rows[rows["label"] != "none"].assign(acted=lambda d: d["acted"].astype(int))
print(f"messages: {len(harmful)}  acted on: {harmful['acted'].sum()}  clusters: {harmful['cluster'].nunique()}")

length = np.log(harmful["characters"])
design = pd.get_dummies(harmful["stratum_channel"], prefix="channel", drop_first=True, dtype=float)
design = sm.add_constant(design.assign(length=(length - length.mean()) / length.std()))
model = sm.GLM(harmful["acted"], design, family=sm.families.Binomial())
fit = model.fit(cov_type="cluster", cov_kwds={"groups": harmful["cluster"]})
odds = np.exp(fit.conf_int()).set_axis(["low", "high"], axis=1)
odds.insert(0, "odds ratio", np.exp(fit.params))
print(odds.round(2))

# `hits` is a list: one row a message and rule.
hits = harmful.explode("hits")[["id", "hits"]].dropna()
print(hits["hits"].value_counts().head(5))
