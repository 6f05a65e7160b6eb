# Limits of RMSEA: lavaan's own function, but R's root search goes to the end (its default stops
# 1.2e-4 from the root of the non-centrality parameter).
limits <- lavaan:::lav_fit_rmsea_ci
environment(limits) <- list2env(list(uniroot = function(...) stats::uniroot(..., tol = 1e-13, maxiter = 10000)), parent = asNamespace("lavaan"))
assignInNamespace("lav_fit_rmsea_ci", limits, "lavaan")
