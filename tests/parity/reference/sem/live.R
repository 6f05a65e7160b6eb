# Reference fits of models, estimators and data sets beyond sem.R, polished the same way: lavaan's own fit, then Newton
# steps on lavaan's own gradient until it vanishes, then errors, tests and fit at that point. Run in this folder:
#   Rscript live.R
# The saturated moments of incomplete data are iterated to 1e-13 (lavaan stops at 1e-5 by default).
suppressMessages({library(lavaan); library(jsonlite)})
lines <- readLines("sem.R")
eval(parse(text = lines[seq_len(grep("^cfa <- function", lines) - 1)]))
source("exact.R")
cfa <- function(model, data, ...) safe(lavaan::cfa(model, data, ..., em.h1.tol = 1e-13, em.h1.iter.max = 20000L))
sem <- function(model, data, ...) safe(lavaan::sem(model, data, ..., em.h1.tol = 1e-13, em.h1.iter.max = 20000L))
clean <- function(x) { x <- as.data.frame(x); rownames(x) <- NULL; x }
dump <- function(fit, name, extra = list(), std = TRUE) {
  r <- list(pe = clean(parameterEstimates(fit, ci = FALSE)))
  if (std) for (k in c("std.all", "std.lv", "std.nox"))
    r[[c(std.all = "std", std.lv = "std_lv", std.nox = "std_nox")[[k]]]] <- clean(standardizedSolution(fit, type = k, ci = FALSE))
  r$fm <- as.list(fitMeasures(fit)); r$extra <- extra; r$limits <- exact_limits(fit); r$polish <- attr(fit, "polish")
  writeLines(toJSON(r, digits = NA, auto_unbox = TRUE, na = "null"), paste0("live/", name, ".json"))
  cat(name, "\n")
}
mi <- function(f) clean(modindices(f))
part <- function(b) list(cov = unclass(b$cov), mean = if (is.null(b$mean)) NULL else as.numeric(b$mean))
res <- function(f) {
  out <- list()
  for (k in c("raw", "normalized", "standardized", "cor.bollen")) {
    x <- residuals(f, type = k)
    if (k == "cor.bollen") k <- "correlation"
    out[[k]] <- if (is.null(x$type)) lapply(unname(x), function(b) { names(b) <- sub("^cor$", "cov", names(b)); part(b) }) else { names(x) <- sub("^cor$", "cov", names(x)); list(part(x)) }
  }
  out
}
diffs <- function(m0, m1, ...) { x <- lavTestLRT(m1, m0, ...); as.list(c(chisq = x[2, "Chisq diff"], df = x[2, "Df diff"], p = x[2, "Pr(>Chisq)"])) }

dir.create("live", showWarnings = FALSE); dir.create("unpolished", showWarnings = FALSE)
HS <- read.csv("data/hs.csv"); HSm <- read.csv("data/hs_miss.csv"); TL <- read.csv("data/twolevel.csv"); PD <- read.csv("data/pd.csv")
HS$w <- 0.5 + (seq_len(nrow(HS)) %% 4) / 4
HS$cl <- (seq_len(nrow(HS)) * 7) %% 23
HSm$cl <- (seq_len(nrow(HSm)) * 7) %% 23
write.csv(HS, "data/hs_design.csv", row.names = FALSE)
write.csv(HSm, "data/hs_miss_design.csv", row.names = FALSE)
GR <- Demo.growth; GRm <- GR
set.seed(11); for (v in c("t1", "t2", "t3", "t4")) GRm[runif(nrow(GRm)) < .15, v] <- NA
GR$g <- ifelse(GR$x1 > 0, "high", "low")
write.csv(GR, "data/growth.csv", row.names = FALSE); write.csv(GRm, "data/growth_miss.csv", row.names = FALSE)
BF <- psych::bfi[, c("A1", "A2", "A3", "A4", "A5", "E1", "E2", "E3", "E4", "E5", "gender", "age")]
write.csv(BF, "data/bfi.csv", row.names = FALSE, na = "")
BFc <- BF[complete.cases(BF), ]

hs <- "visual =~ x1 + x2 + x3
textual =~ x4 + x5 + x6
speed =~ x7 + x8 + x9"
f <- cfa(hs, HS, estimator = "MLMV"); dump(f, "hs_mlmv", list(res = res(f)))
dump(cfa(hs, HS, estimator = "MLMVS"), "hs_mlmvs")
dump(cfa(hs, HS, estimator = "MLF"), "hs_mlf")
dump(cfa(hs, HS, se = "first.order"), "hs_first_order")
dump(cfa(hs, HS, estimator = "WLS"), "hs_wls")
dump(cfa(hs, HS, estimator = "DWLS"), "hs_dwls")
dump(cfa(hs, HS, estimator = "DWLS", se = "robust.sem", test = "satorra.bentler"), "hs_dwls_robust")
dump(cfa(hs, HS, estimator = "ULS", se = "robust.sem", test = "scaled.shifted"), "hs_uls_robust")
dump(cfa(hs, HS, likelihood = "wishart"), "hs_wishart")
dump(cfa(hs, HS, likelihood = "wishart", group = "school", group.equal = "loadings"), "mg_wishart")
dump(cfa(hs, HS, estimator = "MLM", meanstructure = TRUE), "hs_mlm_means")
f <- cfa(hs, HS); dump(f, "hs_residuals", list(res = res(f), mi = mi(f)))
f1 <- cfa(hs, HS, meanstructure = TRUE, estimator = "MLR"); dump(f1, "hs_mlr_means", list(res = res(f1)))
dump(cfa(hs, HS, sampling.weights = "w"), "hs_weights")
dump(cfa(hs, HS, sampling.weights = "w", group = "school", group.equal = "loadings"), "mg_weights")
dump(cfa(hs, HS, cluster = "cl", group = "school", group.equal = "loadings"), "mg_cluster")
# several groups
for (e in c("GLS", "ULS", "WLS", "DWLS", "MLM", "MLMV")) dump(cfa(hs, HS, estimator = e, group = "school", group.equal = "loadings"), paste0("mg_metric_", tolower(e)))
c0 <- cfa(hs, HS, group = "school", estimator = "MLR"); c1 <- cfa(hs, HS, group = "school", estimator = "MLR", group.equal = "loadings")
c2 <- cfa(hs, HS, group = "school", estimator = "MLR", group.equal = c("loadings", "intercepts"))
dump(c1, "mg_metric_mlr", list(diff = list(sb2001 = diffs(c1, c0, method = "satorra.bentler.2001"), sb2010 = diffs(c1, c0, method = "satorra.bentler.2010"),
  scalar2001 = diffs(c2, c1, method = "satorra.bentler.2001"), scalar2010 = diffs(c2, c1, method = "satorra.bentler.2010"))))
f <- cfa(hs, HS, group = "school", group.equal = c("loadings", "intercepts"), group.partial = c("visual=~x2", "x3~1"))
dump(f, "mg_partial", list(mi = mi(f), score = clean(lavTestScore(f)$uni), score_total = clean(lavTestScore(f)$test), res = res(f)))
dump(cfa(hs, HS, group = "school", std.lv = TRUE, group.equal = c("loadings", "intercepts", "lv.variances", "lv.covariances", "residuals", "means")), "mg_all_equal")
dump(cfa("visual =~ x1 + c(a,a)*x2 + c(b1,b2)*x3
textual =~ x4 + x5 + x6
textual ~ c(p1,p2)*visual
d := p1 - p2", HS, group = "school"), "mg_labels")
# covariates
gr <- "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4
s =~ 0*t1 + 1*t2 + 2*t3 + 3*t4
i ~ x1 + x2
s ~ x1 + x2
t1 ~ c1
t2 ~ c2
t3 ~ c3
t4 ~ c4
i ~ 1
s ~ 1
t1 ~ 0*1
t2 ~ 0*1
t3 ~ 0*1
t4 ~ 0*1"
f <- sem(gr, GR); dump(f, "growth_ml", list(mi = mi(f)))
for (e in c("MLM", "MLR", "MLMV", "GLS", "ULS", "DWLS", "MLF")) dump(sem(gr, GR, estimator = e), paste0("growth_", tolower(e)))
dump(sem(gr, GR, fixed.x = FALSE), "growth_random")
dump(sem(gr, GR, group = "g"), "growth_mg")
dump(sem(gr, GRm, missing = "fiml"), "growth_fiml")
dump(sem(gr, GRm, missing = "fiml", estimator = "MLR"), "growth_fiml_mlr")
path <- "x2 ~ b*x1 + c1
c2 ~ a*x2 + d*x1
ab := a*b
total := d + a*b
ratio := (a*b) / total
pw := exp(a)^2 - sqrt(b^2)"
f <- sem(path, GR); dump(f, "path_ml", list(mi = mi(f)))
dump(sem(path, GR, estimator = "MLR"), "path_mlr")
dump(sem(path, GR, estimator = "MLM", meanstructure = TRUE), "path_mlm_means")
# constraints
con <- "visual =~ x1 + a*x2 + b*x3
textual =~ x4 + c*x5 + d*x6
speed =~ x7 + x8 + x9
visual ~~ e*textual"
dump(cfa(paste(con, "a + b == 1.2", "c == d", "diffs := a - b", sep = "\n"), HS), "con_linear")
# missing values
for (h in list(list("fiml", "ML"), list("fiml_mlr", "MLR"), list("fiml_mlf", "MLF"))) dump(cfa(hs, HSm, missing = "fiml", estimator = h[[2]]), h[[1]])
dump(cfa(hs, HSm, missing = "fiml", information = "expected"), "fiml_exp")
dump(cfa(hs, HSm, missing = "fiml", cluster = "cl"), "fiml_cluster")
dump(cfa(hs, HSm, missing = "listwise"), "listwise")
# bfi
bf <- "agree =~ A1 + A2 + A3 + A4 + A5
extra =~ E1 + E2 + E3 + E4 + E5"
f <- cfa(bf, BFc); dump(f, "bfi_ml", list(mi = mi(f)))
dump(cfa(bf, BFc, estimator = "MLR", group = "gender", group.equal = c("loadings", "intercepts")), "bfi_mg_mlr")
dump(cfa(bf, BF, missing = "fiml", estimator = "MLR"), "bfi_fiml_mlr")
dump(cfa(bf, BFc, estimator = "WLS"), "bfi_wls")
dump(sem(paste(bf, "extra ~ agree + age", sep = "\n"), BFc, estimator = "MLR"), "bfi_cov_mlr")
dump(cfa(hs, within(HSm, w <- 0.5 + (seq_along(x1) %% 4) / 4), missing = "fiml", sampling.weights = "w"), "fiml_weights")
# FIML by group: the gradient of this lavaan is not its objective's, so this fit is not polished.
f <- lavaan::cfa(hs, HSm, missing = "fiml", group = "school", group.equal = c("loadings", "intercepts"), em.h1.tol = 1e-13, em.h1.iter.max = 20000L)
writeLines(toJSON(list(pe = clean(parameterEstimates(f, ci = FALSE)), fm = as.list(fitMeasures(f))), digits = NA, auto_unbox = TRUE, na = "null"), "unpolished/fiml_groups.json")
# moments instead of cases
S <- cov(HS[, paste0("x", 1:9)]); rownames(S) <- colnames(S)
write.csv(S, "data/hs_cov.csv")
dump(safe(lavaan::cfa(hs, sample.cov = S, sample.nobs = 301)), "hs_from_cov")

# more of what follows from a fit: modification indices, factor scores, explained variance; mixed options
fs <- function(f, m) { x <- lavPredict(f, method = m, append.data = FALSE); if (is.list(x)) lapply(unname(x), function(b) unclass(unname(b))) else list(unclass(unname(x))) }
rsq <- function(f) { x <- lavInspect(f, "rsquare"); if (is.list(x)) lapply(unname(x), as.list) else list(as.list(x)) }
more <- function(f, scores = c("regression", "Bartlett")) { out <- list(mi = mi(f), rsq = rsq(f)); for (m in scores) out[[paste0("fs_", tolower(m))]] <- fs(f, m); out }
PDm <- "ind60 =~ x1 + x2 + x3
dem60 =~ y1 + y2 + y3 + y4
dem65 =~ y5 + y6 + y7 + y8
dem60 ~ ind60
dem65 ~ ind60 + dem60
y1 ~~ y5
y2 ~~ y4 + y6
y3 ~~ y7
y4 ~~ y8
y6 ~~ y8"
f <- sem(PDm, PD); dump(f, "more_pd", more(f))
f <- cfa(hs, HS, group = "school", group.equal = c("loadings", "intercepts")); dump(f, "more_mg", more(f))
f <- cfa(hs, HSm, missing = "fiml"); dump(f, "more_fiml", more(f, "regression"))
f <- cfa(hs, HS, estimator = "GLS"); dump(f, "more_gls", more(f))
f <- cfa(hs, HS, estimator = "MLR"); dump(f, "more_mlr", more(f))
f <- cfa(paste(hs, "g =~ visual + textual + speed", sep = "\n"), HS); dump(f, "more_second_order", more(f, "regression"))
f <- sem("visual =~ x1 + x2 + x3
textual =~ x4 + x5 + x6
visual ~ ageyr + sex
textual ~ visual + ageyr
x9 ~ visual + textual", HS, meanstructure = TRUE); dump(f, "more_mimic", more(f, "regression"))
dump(cfa(hs, HS, estimator = "MLR", information = "expected"), "mix_mlr_expected")
dump(cfa(hs, HS, test = "satorra.bentler"), "mix_sb_standard")
dump(cfa(hs, HS, se = "robust.huber.white"), "mix_white")
dump(cfa(hs, HSm, missing = "fiml", se = "robust.huber.white"), "mix_fiml_white")
dump(cfa(hs, HS, estimator = "MLR", cluster = "cl", sampling.weights = "w"), "mix_cluster_weights")
dump(cfa(hs, HS, orthogonal = TRUE, std.lv = TRUE, meanstructure = TRUE), "mix_orthogonal")
dump(cfa("visual =~ x1 + x2 + x3
textual =~ x4 + x5
single =~ x9
visual ~~ 0.2*textual", HS), "mix_single_indicator")
dump(sem("x9 ~ x1 + x4
x4 ~ x1
x1 ~~ x1", HS), "mix_written_covariate")
dump(cfa(hs, HS, bounds = "pos.var"), "mix_bounds")
