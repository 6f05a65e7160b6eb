# Exact two-level references: run in this folder after make.R, `Rscript exact.R` (some minutes;
# with names, those files alone).
# The files of make.R and the given ones stop where lavaan 0.6-14 stops; these do not.
source("exact_functions.R")
read <- function(name) read.csv(paste0("data/", name, ".csv"))
demo <- read("twolevel"); uneq <- read("unequal"); miss <- read("twolevel_missing")

both <- "level: 1
  fw =~ y1 + y2 + y3 + y4 + y5 + y6
level: 2
  fb =~ y1 + y2 + y3 + y4 + y5 + y6"
covariates <- "level: 1
  fw =~ y1 + y2 + y3
  fw ~ x1 + x2 + x3
level: 2
  fb =~ y1 + y2 + y3
  fb ~ w1 + w2"
equal <- "level: 1
  fw =~ y1 + a*y2 + b*y3 + c*y4
level: 2
  fb =~ y1 + a*y2 + b*y3 + c*y4
  fb ~ z"
zero <- "level: 1
  fw =~ y1 + y2 + y3 + y4
  fw ~ x
level: 2
  fb =~ y1 + y2 + y3 + y4
  y2 ~~ 0*y2
  fb ~ z"
plain <- "level: 1
  fw =~ y1 + y2 + y3 + y4
level: 2
  fb =~ y1 + y2 + y3 + y4"
twice <- function(m) paste0("group: north\n", m, "\ngroup: south\n", m)
dump(exact(sem(both, demo, cluster = "cluster")), "tl_cfa")
dump(exact(sem(both, demo, cluster = "cluster", estimator = "MLR")), "tl_cfa_mlr")
dump(exact(sem(covariates, demo, cluster = "cluster")), "tl_sem")
dump(exact(sem(equal, uneq, cluster = "team")), "tl_unequal")
dump(exact(sem(equal, uneq, cluster = "team", estimator = "MLR")), "tl_unequal_mlr")
dump(exact(sem(zero, uneq, cluster = "team")), "tl_zero")
dump(exact(sem(twice(plain), uneq, cluster = "team", group = "half")), "tl_groups")

# Missing values: the unrestricted model starts from the same model written out, as this lavaan's
# own search ends below the restricted one.
full <- function(v) paste(sapply(seq_along(v), function(i) paste(v[i], "~~", paste(v[i:length(v)], collapse = " + "))), collapse = "\n")
written <- function(y, z, data, cluster) {
  f <- sem(paste0("level: 1\n", full(y), "\nlevel: 2\n", full(c(y, z))), data, cluster = cluster, missing = "ml", fixed.x = FALSE, se = "none", test = "none",
           baseline = FALSE, h1 = FALSE, optim.force.converged = TRUE, control = list(iter.max = 5000, eval.max = 20000))
  f@implied
}
gaps <- paste0(plain, "\n  fb ~ w1")
y <- paste0("y", 1:4)
start <- written(y, "w1", miss, "cluster")
dump(exact(sem(gaps, miss, cluster = "cluster", missing = "ml", fixed.x = FALSE), start), "tl_missing")
# With fixed covariates and missing values this lavaan takes their moments from where its EM stopped
# (variance of w1 .86962); they are set to the sample's (.87002) before the fit.
fixed <- function(f, name, value) {
  p <- parTable(f); p$est <- NULL; p$se <- NULL; of <- p$lhs == name & p$rhs %in% c(name, "")
  own <- c("~~" = mean((value - mean(value))^2), "~1" = mean(value))[p$op[of]]
  p$ustart[of] <- own; p$start[of] <- own
  lavaan(slotOptions = f@Options, slotParTable = as.list(p), slotSampleStats = f@SampleStats, slotData = f@Data, slotCache = f@Cache)
}
w1 <- miss$w1[!duplicated(miss$cluster)]
dump(exact(fixed(sem(gaps, miss, cluster = "cluster", missing = "ml"), "w1", w1), start), "tl_missing_fixed")

# Beyond what lavaan 0.6-14 gets right: its own formulas with the scores of dense densities.
# Within-only variables with means that are not 0, so that the means of split variables move.
demo$x1 <- demo$x1 + 2; demo$x2 <- demo$x2 - 1
shifted <- "level: 1
  fw =~ y1 + y2 + y3 + y4
  fw ~ x1 + x2
level: 2
  fb =~ y1 + y2 + y3
  fb ~ w1"
dump(exact(sem(covariates, demo, cluster = "cluster", estimator = "MLR")), "tl_fixed_mlr")
dump(exact(sem(shifted, demo, cluster = "cluster", estimator = "MLR", fixed.x = FALSE)), "tl_within_mlr")
dump(exact(sem(zero, uneq, cluster = "team", estimator = "MLR")), "tl_zero_mlr")
dump(exact(sem(twice(plain), uneq, cluster = "team", group = "half", estimator = "MLR")), "tl_groups_mlr")
held <- "level: 1
  fw =~ y1 + a*y2 + b*y3 + c*y4
level: 2
  fb =~ y1 + d*y2 + e*y3 + f*y4
  y1 ~ i1*1
  y2 ~ i2*1
  y3 ~ i3*1
  y4 ~ i4*1"
later <- paste0(held, "\n  fb ~ NA*1")
two <- paste0("group: north\n", held, "\ngroup: south\n", later)
dump(exact(sem(two, uneq, cluster = "team", group = "half")), "tl_groups_equal")
dump(exact(sem(two, uneq, cluster = "team", group = "half", estimator = "MLR")), "tl_groups_equal_mlr")
dump(exact(sem(gaps, miss, cluster = "cluster", missing = "ml", fixed.x = FALSE, estimator = "MLR"), start), "tl_missing_mlr")

# A between residual variance below 0: the implied between covariance is not positive definite.
set.seed(11)
J <- 90; id <- rep(1:J, each = 5); fb <- rnorm(J); fw <- rnorm(length(id))
hey <- as.data.frame(sapply(1:4, function(i) c(1, .9, .8, .7)[i] * (fw + .6 * fb[id]) + rnorm(length(id)) + c(0, .3, .3, .3)[i] * rnorm(J)[id]))
names(hey) <- y; hey$team <- id
write.csv(hey, "data/heywood.csv", row.names = FALSE)
dump(exact(sem(plain, hey, cluster = "team")), "tl_heywood")
