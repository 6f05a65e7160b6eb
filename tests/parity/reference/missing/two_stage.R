# Two-stage maximum likelihood and auxiliary variables: lavaan 0.7-2 (its public source of August 2026)
# Usage: Rscript two_stage.R OUT.json ../sem/data/hs.csv
suppressMessages(library(lavaan)); library(jsonlite)
stopifnot(packageVersion("lavaan") >= "0.7.2")
out <- commandArgs(TRUE)[1]
# Data by formula, so that Python makes the same: Holzinger and Swineford with gaps that hang on two other columns
hs <- read.csv(commandArgs(TRUE)[2])
d <- hs; rows <- seq_len(nrow(d))
d$x1[(rows * 7) %% 10 < 3 & d$x4 > 3] <- NA
d$x5[(rows * 3) %% 11 < 3] <- NA
d$x9[(rows * 5) %% 13 < 4 & d$ageyr > 12] <- NA
d$x7[(rows * 11) %% 17 < 3] <- NA
m <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
paths <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nvisual ~ ageyr\ntextual ~ visual + ageyr"
one <- function(model, ...) {
  f <- suppressWarnings(sem(model, d, ..., control = list(rel.tol = 1e-14, eval.max = 20000, iter.max = 20000), optim.force.converged = TRUE, em.h1.args = list(tol = 1e-12, max_iter = 10000L)))
  pe <- parameterEstimates(f); pe <- pe[, intersect(c("lhs", "op", "rhs", "group", "est", "se", "pvalue"), names(pe))]
  list(model = model, pe = pe, fm = as.list(unclass(fitMeasures(f))), warnings = names(warnings()))
}
aux <- c("x7", "x9")
write_json(list(lavaan = as.character(packageVersion("lavaan")),
  two_stage = one(m, missing = "two.stage"), robust_two_stage = one(m, missing = "robust.two.stage"),
  two_stage_groups = one(m, missing = "robust.two.stage", group = "school", group.equal = "loadings"),
  two_stage_covariates = one(paths, missing = "two.stage"),
  two_stage_auxiliary = one(m, missing = "two.stage", aux = aux),
  robust_two_stage_auxiliary = one(m, missing = "robust.two.stage", aux = aux),
  auxiliary = one(m, missing = "ml", aux = aux), auxiliary_mlr = one(m, missing = "ml", aux = aux, estimator = "MLR"),
  auxiliary_groups = one(m, missing = "ml", aux = aux, group = "school", group.equal = c("loadings", "intercepts")),
  auxiliary_covariates = one(paths, missing = "ml", aux = aux)),
  out, digits = NA, auto_unbox = TRUE, na = "null", pretty = 1)
