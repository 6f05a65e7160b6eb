# Whole fits by lavaan 0.7-2 (its public source, built as it is but for one number: 31 instead of 13
# nodes in each dimension of a pair's likelihood, the constant ngh2 in lav_samplestats_wls_2l_cat.R;
# its 13 give statistics that differ in the fifth decimal).
#   Rscript lavaan.R LIBRARY
library(lavaan, lib.loc = commandArgs(TRUE)[1]); library(jsonlite)
kept <- function(frame) {
  frame <- as.data.frame(frame)
  frame[, intersect(c("lhs", "op", "rhs", "level", "group", "free", "est", "est.std", "se"),
                    names(frame))]
}
write_fit <- function(file, model, data, ...) {
  fit <- sem(model, data, cluster = "team", integration.ngh = 61L, ...)
  write(toJSON(list(version = as.character(packageVersion("lavaan")), model = model,
                    estimates = kept(parTable(fit)), standardized = kept(standardizedSolution(fit)),
                    fit = as.list(fitMeasures(fit)), statistics = fit@SampleStats@WLS.obs,
                    gamma = fit@SampleStats@NACOV),
               digits = 12, auto_unbox = TRUE, na = "null"), file)
}
five <- read.csv("five.csv"); groups <- read.csv("groups.csv")
items <- paste0("y", 1:5)
one <- "level: 1\n fw =~ y1 + y2 + y3 + y4 + y5\nlevel: 2\n fb =~ y1 + y2 + y3 + y4 + y5\n"
strict <- paste0("level: 1\n fw =~ y1 + a*y2 + b*y3 + c*y4 + d*y5\n",
                 "level: 2\n fb =~ y1 + a*y2 + b*y3 + c*y4 + d*y5\n y1 ~~ v*y1\n y2 ~~ v*y2\n",
                 " y3 ~~ v*y3\n y4 ~~ v*y4\n y5 ~~ v*y5\n")
misfit <- "level: 1\n fw =~ y1 + y2 + y3 + y4 + y5\n y1 ~~ 0.4*y4\nlevel: 2\n fb =~ y1 + y2 + y3 + y4 + y5\n"
# With levels, lavaan wants a block for each group; labels hold loadings equal.
by_group <- function(l1, l2) paste0(sapply(c("a", "b"), function(g) paste0(
  "group: ", g, "\n level: 1\n fw =~ y1 + ", l1, "\n level: 2\n fb =~ y1 + ", l2, "\n")),
  collapse = "")
free <- by_group("y2 + y3 + y4", "y2 + y3 + y4")
equal <- by_group("a*y2 + b*y3 + c*y4", "d*y2 + e*y3 + f*y4")
write_fit("wlsmv.json", one, five, ordered = items, estimator = "WLSMV")
write_fit("equal.json", strict, five, ordered = items, estimator = "WLSMV")
write_fit("misfit.json", misfit, five, ordered = items, estimator = "WLSMV", std.lv = TRUE)
write_fit("ulsmv.json", one, five, ordered = items, estimator = "ULSMV")
write_fit("wlsm.json", one, five, ordered = items, estimator = "WLSM", std.lv = TRUE)
write_fit("groups.json", free, groups, ordered = items[1:4], estimator = "WLSMV", group = "g")
write_fit("groups_equal.json", equal, groups, ordered = items[1:4], estimator = "WLSMV",
          group = "g")
