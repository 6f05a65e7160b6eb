# Replicate weights: lavaan 0.6-14 refitted with each replicate's weights, variances by survey 4.1-1's withReplicates.
# Usage: Rscript replicates.R OUT.json ../sem/data/hs.csv
# Every fit is polished: Newton steps on lavaan's own gradient until it vanishes, from lavaan's own solution.
suppressMessages({library(lavaan); library(survey); library(jsonlite)})
out <- commandArgs(TRUE)[1]; hs <- read.csv(commandArgs(TRUE)[2])
# Design by formula, so that Python makes the same: 8 strata of two sampling units, weights, gaps.
row <- seq_len(nrow(hs)); d <- hs
d$psu <- (row * 7) %% 16 + 1; d$stratum <- ceiling(d$psu / 2); d$w <- 1 + (row * 5) %% 7 / 3
gaps <- d
gaps$x1[(row * 7) %% 10 < 3 & d$x4 > 3] <- NA; gaps$x5[(row * 3) %% 11 < 3] <- NA; gaps$x9[(row * 5) %% 13 < 4 & d$ageyr > 12] <- NA

# lavaan 0.6-14's gradient of incomplete data with sampling weights and several groups is not that of its objective (.0015 at
# the minimum, where five-point differences of the objective are 4e-7): there the steps follow those differences.
polished <- function(f) {
  m <- f@Model; x <- lavaan:::lav_model_get_parameters(m); apart <- f@Options$missing == "ml" && f@Data@ngroups > 1
  at <- function(x) lavaan:::lav_model_set_parameters(m, x)
  ev <- function(x) as.numeric(lavaan:::lav_model_gradient(at(x), lavsamplestats = f@SampleStats, lavdata = f@Data, lavcache = f@Cache, type = "free"))
  ob <- function(x) as.numeric(lavaan:::lav_model_objective(at(x), lavsamplestats = f@SampleStats, lavdata = f@Data, lavcache = f@Cache))
  five <- function(x, e) (8 * (ob(x + e) - ob(x - e)) - (ob(x + 2 * e) - ob(x - 2 * e))) / 12
  K <- if (nrow(m@eq.constraints.K) > 0 && ncol(m@eq.constraints.K) > 0) m@eq.constraints.K else diag(length(x))
  slope <- if (apart) function(x) sapply(seq_len(ncol(K)), function(j) five(x, K[, j] * 1e-3)) / 1e-3 else function(x) as.numeric(t(K) %*% ev(x))
  second <- function(i, j, h = 1e-3) { a <- K[, i] * h; b <- K[, j] * h; (ob(x + a + b) - ob(x + a - b) - ob(x - a + b) + ob(x - a - b)) / (4 * h^2) }
  for (i in seq_len(if (apart) 5 else 8)) {
    if (!apart) H <- sapply(seq_len(ncol(K)), function(j) { e <- K[, j] * 1e-5; as.numeric(t(K) %*% (ev(x + e) - ev(x - e))) / 2e-5 })
    else if (i == 1) { H <- diag(ncol(K)); for (r in seq_len(ncol(K))) for (c in seq_len(r)) H[r, c] <- H[c, r] <- second(r, c) }
    x <- x - as.numeric(K %*% solve(H, slope(x)))
  }
  list(x = x, slope = max(abs(slope(x))))
}
worst <- 0
fitted <- function(w, data, model, ...) {
  data$ww <- w; data <- data[w > 0, ]
  f <- suppressWarnings(sem(model, data, sampling.weights = "ww", se = "none", test = "none", ...))
  p <- polished(f); worst <<- max(worst, p$slope)
  t <- parTable(f); keep <- t$free > 0 | t$op == ":="
  est <- t$est; est[t$free > 0] <- p$x[t$free[t$free > 0]]
  if (any(t$op == ":=")) est[t$op == ":="] <- as.numeric(f@Model@def.function(p$x))
  rows <<- as.data.frame(t[c("lhs", "op", "rhs", "group")])[keep, ]
  est[keep]
}
# Factors of the weights by sampling unit, one column a replicate.
units <- data.frame(psu = 1:16, stratum = rep(1:8, each = 2), w = 1)
plain <- svydesign(~psu, weights = ~w, data = units); strata <- svydesign(~psu, strata = ~stratum, weights = ~w, data = units)
factors <- function(design, ...) as.matrix(as.svrepdesign(design, compress = FALSE, ...)$repweights)
set.seed(3); boot <- as.svrepdesign(svydesign(~psu, strata = ~half, weights = ~w, data = cbind(units, half = rep(1:2, each = 8))), type = "subbootstrap", replicates = 12, compress = FALSE)
jk2 <- sapply(1:8, function(h) ifelse(units$stratum != h, 1, ifelse(units$psu %% 2 == 0, 0, 2)))
F <- list(BRR = factors(strata, type = "BRR"), Fay = factors(strata, type = "Fay", fay.rho = 0.3), JK1 = factors(plain, type = "JK1"),
          JKn = factors(strata, type = "JKn"), bootstrap = as.matrix(boot$repweights), JK2 = jk2)
F <- lapply(F, function(f) matrix(as.numeric(f), nrow = 16))
cfa3 <- "visual =~ x1 + a*x2 + x3\ntextual =~ x4 + b*x5 + x6\nspeed =~ x7 + x8 + x9\nratio := a / b"
paths <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nvisual ~ p*ageyr + grade\ntextual ~ q*visual + ageyr\nindirect := p*q"
two <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
one <- function(model, data, kind, as = kind, options = list(), mse = FALSE, ...) {
  rep <- F[[kind]][data$psu, ] * data$w
  design <- suppressWarnings(do.call(svrepdesign, c(list(data = data, repweights = rep, weights = data$w, type = as, combined.weights = TRUE, mse = mse), options)))
  v <- withReplicates(design, function(w, data) fitted(w, data, model, ...))
  list(model = model, rows = rows, est = as.numeric(coef(v)), se = as.numeric(SE(v)), vcov = unname(as.matrix(vcov(v)))[seq_along(coef(v)), ])
}
rs <- list(rscales = rep(0.5, 16))
result <- list(
  brr = one(cfa3, d, "BRR", meanstructure = TRUE), brr_mse = one(cfa3, d, "BRR", mse = TRUE, meanstructure = TRUE),
  fay_groups = one(two, d, "Fay", options = list(rho = 0.3), group = "school", group.equal = c("loadings", "intercepts")),
  jk1_fiml = one(cfa3, gaps, "JK1", options = list(scale = 15 / 16), missing = "ml"),
  jkn_paths = one(paths, d, "JKn", options = rs, meanstructure = TRUE),
  jkn_fiml_groups_mse = one(two, gaps, "JKn", options = rs, mse = TRUE, missing = "ml", group = "school", group.equal = "loadings"),
  bootstrap_fiml_paths = one(paths, gaps, "bootstrap", missing = "ml", fixed.x = TRUE),
  bootstrap_scale = one(two, d, "bootstrap", options = list(scale = 0.05, rscales = seq(0.5, 1.6, 0.1)), meanstructure = TRUE),
  jk2 = one(two, d, "JK2", meanstructure = TRUE),
  successive = one(two, d, "BRR", as = "ACS", mse = TRUE, meanstructure = TRUE))
cat("largest gradient after polishing:", worst, "\n")
write_json(list(lavaan = as.character(packageVersion("lavaan")), survey = as.character(packageVersion("survey")), gradient = worst, factors = F, cases = result),
           out, digits = NA, auto_unbox = TRUE, na = "null")
