# More reference fits, made and polished as in live.R. Run in this folder: Rscript live_more.R [name ...]
suppressMessages({library(lavaan); library(jsonlite)})
lines <- readLines("live.R")
eval(parse(text = lines[seq_len(grep("^dir.create", lines) - 1)]))
HS <- read.csv("data/hs_design.csv"); HSm <- read.csv("data/hs_miss_design.csv")
hs <- "visual =~ x1 + x2 + x3
textual =~ x4 + x5 + x6
speed =~ x7 + x8 + x9"
# The gradient of missing values by group is not the objective's in this lavaan: polished on numerical derivatives of the
# objective itself, with lavaan's observed information for the step.
polish_numeric <- function(f, steps = 12) {
  m <- f@Model; x <- x0 <- lavaan:::lav_model_get_parameters(m)
  ob <- function(x) as.numeric(lavaan:::lav_model_objective(lavaan:::lav_model_set_parameters(m, x),
        lavsamplestats = f@SampleStats, lavdata = f@Data, lavcache = f@Cache))
  K <- if (nrow(m@eq.constraints.K) > 0 && ncol(m@eq.constraints.K) > 0) m@eq.constraints.K else diag(length(x0))
  slope <- function(x) numDeriv::grad(function(y) ob(x + as.numeric(K %*% y)), rep(0, ncol(K)), method.args = list(eps = 1e-3, d = 1e-3, r = 4))
  I <- t(K) %*% lavTech(f, "information.observed") %*% K
  g <- slope(x); before <- max(abs(g))
  for (i in 1:steps) { x <- x - as.numeric(K %*% solve(I, g)); g <- slope(x); if (max(abs(g)) < 1e-10) break }
  p <- parTable(f); p$est[p$free > 0] <- x[p$free[p$free > 0]]; p$start <- p$est; p$ustart[p$free > 0] <- p$est[p$free > 0]
  o <- f@Options; o$optim.method <- "none"; o$optim.force.converged <- TRUE
  r <- lavaan(slotOptions = o, slotParTable = as.list(p), slotSampleStats = f@SampleStats, slotData = f@Data, slotCache = f@Cache)
  attr(r, "polish") <- list(gradient_before = before, gradient_after = max(abs(g)), moved = max(abs(x - x0)))
  r
}
by_group <- function(...) polish_numeric(lavaan::cfa(hs, ..., missing = "fiml", group = "school", em.h1.tol = 1e-13, em.h1.iter.max = 20000L))
only <- commandArgs(TRUE)
make <- function(name, fit, extra = NULL) if (!length(only) || name %in% only) { f <- fit; dump(f, name, if (is.null(extra)) list() else extra(f)) }
# missing values by group
make("fiml_groups", by_group(HSm, group.equal = c("loadings", "intercepts")))
make("fiml_groups_mlr", by_group(HSm, group.equal = "loadings", estimator = "MLR"))
# Weights by group: with whole group totals lavaan's robust measures are as they should be; with fractions see exact.R.
HSm$w <- ifelse(HSm$school == "Pasteur", 160 / 156, 141 / 145) + rep_len(c(-.25, .25), nrow(HSm))
for (s in unique(HSm$school)) { i <- HSm$school == s; HSm$w[i] <- HSm$w[i] * c(Pasteur = 160, "Grant-White" = 141)[[s]] / sum(HSm$w[i]) }
HSm$w2 <- 0.5 + (seq_len(nrow(HSm)) %% 4) / 4
write.csv(HSm, "data/hs_miss_groups.csv", row.names = FALSE)
both <- function(f) list(mended = mended_robust(f))
make("fiml_weights_groups", by_group(HSm, sampling.weights = "w"), both)
make("fiml_weights_groups_fractions", by_group(HSm, sampling.weights = "w2"), both)
# covariates that are random, with missing values
GRx <- read.csv("data/growth_miss.csv")
set.seed(12); for (v in c("x1", "x2")) GRx[runif(nrow(GRx)) < .1, v] <- NA
write.csv(GRx, "data/growth_miss_x.csv", row.names = FALSE)
gr <- "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4
s =~ 0*t1 + 1*t2 + 2*t3 + 3*t4
i ~ x1 + x2
s ~ x1 + x2
i ~ 1
s ~ 1
t1 ~ 0*1
t2 ~ 0*1
t3 ~ 0*1
t4 ~ 0*1"
for (e in c("ML", "MLR")) make(paste0("growth_fiml_random_", tolower(e)), sem(gr, GRx, missing = "fiml", fixed.x = FALSE, estimator = e), both)
make("growth_fiml_x", sem(gr, GRx, missing = "fiml"))
# no value missing, missing = "fiml": the correction of FIML has to be none
GRc <- read.csv("data/growth.csv")
make("growth_fiml_complete", sem(gr, GRc, missing = "fiml", fixed.x = FALSE), both)
# difference tests
steps <- list("", "loadings", c("loadings", "intercepts"))
fits <- function(e) lapply(steps, function(s) cfa(hs, HS, group = "school", estimator = e, group.equal = s))
lrt <- function(m0, m1, method, ...) { x <- suppressWarnings(lavTestLRT(m1, m0, method = method, ...))
  as.list(c(chisq = x[2, "Chisq diff"], df = x[2, "Df diff"], p = x[2, "Pr(>Chisq)"])) }
if (!length(only) || "differences" %in% only) {
  out <- list()
  for (e in c("MLM", "MLMV", "MLMVS", "MLR")) {
    f <- fits(e)
    for (pair in list(c(1, 2), c(2, 3), c(1, 3))) for (m in c("satorra.2000", if (e %in% c("MLM", "MLR")) c("satorra.bentler.2001", "satorra.bentler.2010"), "default")) {
      key <- paste(e, pair[1], pair[2], m)
      out[[key]] <- tryCatch(lrt(f[[pair[2]]], f[[pair[1]]], m), error = function(err) { cat(key, conditionMessage(err), "\n"); NULL })
      if (m == "satorra.2000" && e %in% c("MLMV", "MLMVS")) out[[paste(key, "adjusted")]] <- lrt(f[[pair[2]]], f[[pair[1]]], m, scaled.shifted = FALSE)
    }
  }
  con <- "visual =~ x1 + a*x2 + b*x3
textual =~ x4 + c*x5 + d*x6
speed =~ x7 + x8 + x9
textual ~ visual
speed ~ visual"
  for (e in c("MLM", "MLMV")) {
    f0 <- cfa(paste(con, "a + b == 1.2", "c == d", sep = "\n"), HS, estimator = e); f1 <- cfa(con, HS, estimator = e)
    for (m in c("satorra.2000", "default")) out[[paste(e, "linear", m)]] <- lrt(f0, f1, m)
  }
  writeLines(toJSON(out, digits = NA, auto_unbox = TRUE), "differences.json")
}
# models without degrees of freedom, means left out, moments by group, score tests of constraints, scores with gaps
sat <- "x2 ~ x1
x3 ~ x2 + x1"
for (e in c("MLR", "MLM", "MLMV")) make(paste0("saturated_", tolower(e)), sem(sat, HS, estimator = e))
make("saturated_fiml_mlr", sem(sat, HSm, missing = "fiml", fixed.x = FALSE, estimator = "MLR"))
make("mg_no_means", cfa(hs, HS, group = "school", meanstructure = FALSE, group.equal = "loadings"))
part_of <- lapply(split(HS, factor(HS$school, unique(HS$school))), function(d) d[, paste0("x", 1:9)])
S <- lapply(part_of, cov); N <- vapply(part_of, nrow, 1L)
make("mg_from_cov", safe(lavaan::cfa(hs, sample.cov = S, sample.nobs = N, group.equal = "loadings")))
make("mg_from_cov_means", safe(lavaan::cfa(hs, sample.cov = S, sample.mean = lapply(part_of, colMeans), sample.nobs = N, group.equal = c("loadings", "intercepts"))))
tested <- function(f) { s <- lavTestScore(f); list(score = clean(s$uni), score_total = clean(s$test), mi = mi(f)) }
con <- "visual =~ x1 + a*x2 + b*x3
textual =~ x4 + c*x5 + d*x6
speed =~ x7 + x8 + x9"
make("con_score", cfa(paste(con, "a + b == 1.2", "c == d", sep = "\n"), HS), tested)
fs <- function(f, m) { x <- lavPredict(f, method = m, append.data = FALSE); if (is.list(x)) lapply(unname(x), function(b) unclass(unname(b))) else list(unclass(unname(x))) }
make("fiml_groups_scores", by_group(HSm, group.equal = c("loadings", "intercepts")), function(f) list(fs_regression = fs(f, "regression"), fs_bartlett = fs(f, "Bartlett")))
make("wls_residuals", cfa(hs, HS, estimator = "WLS", meanstructure = TRUE), function(f) list(res = res(f), mi = mi(f)))
make("gls_groups_residuals", cfa(hs, HS, estimator = "GLS", group = "school", group.equal = "loadings"), function(f) list(res = res(f), mi = mi(f)))
# Inequalities and bounds that are active: the polishing knows equalities only, these stay at lavaan's own optimum.
if (!length(only) || "inequalities" %in% only) {
  one <- "f =~ x1 + a*x2 + b*x3 + c*x4"
  texts <- c(order = "a > b; b > c + 0.2", product = "a*b < 0.3", mixed = "a == b; c > 0.7", defined = "d := a + b; d < 1.2")
  out <- lapply(texts, function(t) { f <- lavaan::cfa(paste(one, gsub("; ", "\n", t), sep = "\n"), HS)
    p <- clean(parameterEstimates(f, ci = FALSE)); list(constraints = t, pe = p[!p$op %in% c("<", ">", "=="), ], fm = as.list(fitMeasures(f))) })
  f <- lavaan::cfa("f =~ x1 + lower(0.9)*x2 + x3 + x4", HS)
  out$bound <- list(constraints = "", pe = clean(parameterEstimates(f, ci = FALSE)), fm = as.list(fitMeasures(f)))
  writeLines(toJSON(out, digits = NA, auto_unbox = TRUE, na = "null"), "unpolished/inequalities.json")
}
