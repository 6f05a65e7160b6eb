# What follows a fit, by lavaan 0.6-14: run in this folder, `Rscript make_postfit.R`. Needs data/ of make.R.
# Every fit is polished as in make.R: Newton steps on lavaan's own gradient until it vanishes.
# Modification indices, residuals, factor scores, explained variance, score and Wald tests and
# difference tests are lavaan's own there. Scores of ordered variables: lavPredict stops its search
# at a relative gain of 1e-8, so its posterior is maximised again below, from lavaan's parameter
# matrices, with the gradient written out; lavPredict's own value stands beside it.
suppressMessages({library(lavaan); library(jsonlite)})
polish <- function(f, steps = 4) {
  m <- f@Model; x0 <- lavaan:::lav_model_get_parameters(m)
  ev <- function(x) as.numeric(lavaan:::lav_model_gradient(lavaan:::lav_model_set_parameters(m, x),
        lavsamplestats = f@SampleStats, lavdata = f@Data, lavcache = f@Cache, type = "free"))
  K <- if (nrow(m@eq.constraints.K) > 0 && ncol(m@eq.constraints.K) > 0) m@eq.constraints.K else diag(length(x0))
  x <- x0
  for (i in 1:steps) {
    H <- sapply(seq_len(ncol(K)), function(j) { d <- K[, j] * 1e-5; as.numeric(t(K) %*% (ev(x + d) - ev(x - d))) / 2e-5 })
    x <- x - as.numeric(K %*% solve(H, t(K) %*% ev(x)))
  }
  p <- parTable(f); p$est[p$free > 0] <- x[p$free[p$free > 0]]; p$start <- p$est; p$ustart[p$free > 0] <- p$est[p$free > 0]
  o <- f@Options; o$optim.method <- "none"; o$optim.force.converged <- TRUE
  g <- lavaan(slotOptions = o, slotParTable = as.list(p), slotSampleStats = f@SampleStats, slotData = f@Data, slotCache = f@Cache)
  if (fitMeasures(g, "chisq") > fitMeasures(f, "chisq") + 1e-6) stop("polishing made it worse")
  attr(g, "polish") <- list(gradient_before = max(abs(t(K) %*% ev(x0))), gradient_after = max(abs(t(K) %*% ev(x))), moved = max(abs(x - x0)))
  g
}
cfa <- function(...) polish(lavaan::cfa(...)); sem <- function(...) polish(lavaan::sem(...))
write <- function(r, name) writeLines(toJSON(r, digits = NA, auto_unbox = TRUE, na = "null"), paste0("postfit/", name, ".json"))
quietly <- function(x) suppressWarnings(x)
mi_of <- function(f, ...) { d <- as.data.frame(quietly(modindices(f, ...))); for (n in c("group", "level", "block")) if (is.null(d[[n]])) d[[n]] <- 1L; d }
plain <- function(x) if (is.list(x)) lapply(x, plain) else unclass(x)
named <- function(r) lapply(r, function(b) { b$type <- NULL; lapply(b, function(e) if (is.matrix(e)) list(names = colnames(e), value = unclass(e)) else list(names = names(e), value = as.numeric(e))) })
blocks <- function(r) if (!is.null(r$cov)) list(r) else unname(r)
residual_kinds <- function(f, kinds) setNames(lapply(kinds, function(k) named(blocks(residuals(f, type = k)))), kinds)
rsq <- function(f) { r <- lavInspect(f, "rsquare"); if (is.list(r)) unname(lapply(r, as.list)) else list(as.list(r)) }

# posterior mode (ebm) and maximum likelihood (ml) of ordered and continuous indicators
peak <- function(f, g, y, prior) {
  e <- lavInspect(f, "est", drop.list.single.group = FALSE)[[g]]
  lam <- unclass(e$lambda); lv <- colnames(lam); nu <- as.numeric(e$nu); th <- diag(unclass(lavInspect(f, "theta", drop.list.single.group = FALSE)[[g]]))
  V <- unclass(lavaan:::computeVETA(f@Model)[[g]]); B <- if (is.null(e$beta)) 0 * V else unclass(e$beta)
  mu <- as.numeric(solve(diag(nrow(V)) - B, e$alpha)); s <- sqrt(th)
  cuts <- lapply(seq_along(nu), function(v) { t <- unclass(e$tau); own <- sub("\\|.*", "", rownames(t)) == rownames(lam)[v]; c(-Inf, as.numeric(t)[own], Inf) })
  kind <- f@Data@ov$type
  if (!prior) {
    # Without a prior the factors part: every variable measures one. There is no maximum when all
    # answers stand at the same end (loadings are positive).
    found <- sapply(seq_along(mu), function(j) {
      own <- which(lam[, j] != 0); ends <- sapply(cuts[own], length) - 1
      if (all(kind[own] == "ordered") && (all(y[own] == 1) || all(y[own] == ends))) return(NA)
      one(mu[j], lam[, j, drop = FALSE], own, nu, s, cuts, kind, y, matrix(1), FALSE)
    })
    return(found)
  }
  one(mu, lam, seq_along(nu), nu, s, cuts, kind, y, V, TRUE)
}
one <- function(mu, lam, own, nu, s, cuts, kind, y, V, prior) {
  value <- function(x) {
    m <- nu + as.numeric(lam %*% x); total <- if (prior) .5 * sum((x - mu) * solve(V, x - mu)) else 0
    slope <- if (prior) solve(V, x - mu) else 0 * x
    for (v in own) {
      if (kind[v] == "numeric") { r <- (y[v] - m[v]) / s[v]; total <- total + .5 * r^2; d <- r / s[v] }
      else {
        a <- (cuts[[v]][y[v]] - m[v]) / s[v]; b <- (cuts[[v]][y[v] + 1] - m[v]) / s[v]
        P <- if (a > 0) pnorm(-a) - pnorm(-b) else pnorm(b) - pnorm(a)
        total <- total - log(P); d <- (dnorm(a) - dnorm(b)) / P / s[v]
      }
      slope <- slope - d * lam[v, ]
    }
    list(total, as.numeric(slope))
  }
  x <- optim(mu, function(x) value(x)[[1]], function(x) value(x)[[2]], method = "BFGS", control = list(reltol = 1e-14, maxit = 1000))$par
  for (i in 1:6) {
    H <- sapply(seq_along(x), function(j) { d <- replace(0 * x, j, 1e-5); (value(x + d)[[2]] - value(x - d)[[2]]) / 2e-5 })
    x <- x - solve(matrix(H, length(x)), value(x)[[2]])
  }
  stopifnot(max(abs(value(x)[[2]])) < 1e-9)
  x
}
scores_of <- function(f, cases, own = TRUE) {
  G <- f@Data@ngroups
  lapply(seq_len(G), function(g) {
    y <- f@Data@X[[g]]; rows <- f@Data@case.idx[[g]]
    out <- list(rows = rows[cases], ebm = t(sapply(cases, function(i) peak(f, g, y[i, ], TRUE))), ml = t(sapply(cases, function(i) peak(f, g, y[i, ], FALSE))))
    if (own) {
      own_value <- quietly(lavPredict(f, method = "EBM")); if (is.list(own_value)) own_value <- own_value[[g]]
      out$lavpredict <- unclass(own_value)[cases, , drop = FALSE]
    }
    out
  })
}

D <- "data/"
five <- read.csv(paste0(D, "five.csv")); mixed <- read.csv(paste0(D, "mixed.csv"))
uneq <- read.csv(paste0(D, "unequal.csv")); demo <- read.csv(paste0(D, "twolevel.csv"))
miss <- read.csv(paste0(D, "twolevel_missing.csv")); hs <- read.csv("../sem/data/hs.csv")
v <- paste0("v", 1:8); some <- v[c(2:5, 7, 8)]
m <- "f1 =~ v1 + v2 + v3 + v4
f2 =~ v5 + v6 + v7 + v8"
path <- paste0(m, "\nf2 ~ b*f1")
lt <- c("loadings", "thresholds")

ordinal <- function(f, name, kinds, own = TRUE, add = NULL, ...) {
  r <- list(mi = mi_of(f), residuals = residual_kinds(f, kinds), scores = scores_of(f, 1:40, own), rsquare = rsq(f), fm = as.list(fitMeasures(f)), polish = attr(f, "polish"))
  if (!is.null(add)) r$score <- quietly(plain(lavTestScore(f, add = add)))
  write(c(r, list(...)), name)
}
all4 <- c("raw", "cor", "normalized", "standardized")
o1 <- cfa(m, five, ordered = v)
ordinal(o1, "ord_five", all4, add = "f1 =~ v5\nv1 ~~ v2")
ordinal(cfa(m, five, ordered = v, estimator = "ULSMV"), "ord_ulsmv", all4)
ordinal(cfa(m, five, ordered = v, estimator = "WLS"), "ord_wls", all4)
o2 <- sem(path, five, ordered = v, parameterization = "theta")
ordinal(o2, "ord_theta_path", all4, own = FALSE, wald = lavTestWald(o2, "b == .5"))
# lavPredict of this version takes thresholds less the latent means and times the scales, but residual
# deviations without scales, and takes the means off again: in theta parameterisation, and with free
# scales or means, its scores are not the mode it describes. They are left out there (own = FALSE).
og <- cfa(m, five, ordered = v, group = "g", group.equal = lt)
release <- quietly(lavTestScore(og))
ordinal(og, "ord_groups", c("raw", "cor", "normalized", "standardized"), own = FALSE, release = list(test = plain(release$test), uni = plain(release$uni)))
ot <- cfa(m, five, ordered = v, group = "g", group.equal = lt, parameterization = "theta")
ordinal(ot, "ord_groups_theta", c("raw", "cor", "normalized", "standardized"), own = FALSE)
om <- cfa(m, mixed, ordered = some)
ordinal(om, "ord_mixed", c("raw", "cor"))
ordinal(cfa(m, mixed, ordered = some, group = "g", group.equal = "loadings"), "ord_mixed_groups", c("raw", "cor"), own = FALSE)

# two levels
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
  fb =~ y1 + a*y2 + b*y3 + c*y4"
zero <- "level: 1
  fw =~ y1 + y2 + y3 + y4
  fw ~ x
level: 2
  fb =~ y1 + y2 + y3 + y4
  y2 ~~ 0*y2
  fb ~ z"
simple <- "level: 1
  fw =~ y1 + y2 + y3 + y4
level: 2
  fb =~ y1 + y2 + y3 + y4"
two <- function(f, name, scores = TRUE, add = NULL, ...) {
  r <- list(mi = mi_of(f), residuals = residual_kinds(f, c("raw", "cor")), rsquare = rsq(f), polish = attr(f, "polish"))
  if (scores) r$scores <- lapply(1:2, function(l) unclass(lavPredict(f, level = l))[1:60, , drop = FALSE])
  if (!is.null(add)) r$score <- quietly(plain(lavTestScore(f, add = add)))
  write(c(r, list(...)), name)
}
two(sem(both, demo, cluster = "cluster"), "tl_cfa", add = "level: 1\ny1 ~~ y2\nlevel: 2\ny1 ~~ y2")
two(sem(covariates, demo, cluster = "cluster"), "tl_sem", scores = FALSE)
te <- sem(equal, uneq, cluster = "team")
rel <- quietly(lavTestScore(te))
two(te, "tl_equal", release = list(test = plain(rel$test), uni = plain(rel$uni)))
tr <- sem(equal, uneq, cluster = "team", estimator = "MLR")
two(tr, "tl_equal_mlr", wald = lavTestWald(tr, "a == b\nb == c"))
two(sem(zero, uneq, cluster = "team"), "tl_zero", scores = FALSE)
# Two groups without equalities are two fits: lavaan's modification indices of several groups mix
# shares of cases with shares of clusters, so every group is fitted by itself.
two(sem(simple, subset(uneq, half == "north"), cluster = "team"), "tl_north")
two(sem(simple, subset(uneq, half == "south"), cluster = "team"), "tl_south")
# Missing values: lavPredict stops with an error there; the information is the observed one.
gaps <- "level: 1
  fw =~ y1 + y2 + y3 + y4
level: 2
  fb =~ y1 + y2 + y3 + y4
  fb ~ w1"
tm <- sem(gaps, miss, cluster = "cluster", missing = "ml", fixed.x = FALSE)
write(list(mi = mi_of(tm, information = "observed"), rsquare = rsq(tm), polish = attr(tm, "polish")), "tl_missing")

# difference tests
tests <- list()
difference <- function(name, f1, f0, ...) {
  d <- quietly(lavTestLRT(f1, f0, ...))
  one <- list(statistic = d[2, "Chisq diff"], df = d[2, "Df diff"], p = d[2, "Pr(>Chisq)"])
  if (!is.null(attr(d, "scale"))) one <- c(one, list(scale = attr(d, "scale")[2], shift = attr(d, "shift")[2]))
  tests[[name]] <<- one
}
equal_loadings <- "f1 =~ v1 + a*v2 + a*v3 + a*v4
f2 =~ v5 + v6 + v7 + v8"
zero_cov <- paste0(m, "\nf1 ~~ 0*f2")
four <- function(name, f1, f0, exact = TRUE) {
  for (a in if (exact) c("delta", "exact") else "delta") for (s in c(TRUE, FALSE))
    difference(paste(name, a, if (s) "shifted" else "unshifted"), f1, f0, method = "satorra.2000", A.method = a, scaled.shifted = s)
}
for (e in c("WLSMV", "WLSM", "ULSMV", "WLSMVS")) {
  f1 <- cfa(m, five, ordered = v, estimator = e); f0 <- cfa(equal_loadings, five, ordered = v, estimator = e)
  four(paste(e, "equal"), f1, f0)
  difference(paste(e, "equal auto"), f1, f0)
  four(paste(e, "zero"), f1, cfa(zero_cov, five, ordered = v, estimator = e))
  if (e == "WLSM") difference("WLSM equal 2010", f1, f0, method = "satorra.bentler.2010")
}
for (e in c("DWLS", "WLS", "ULS")) difference(paste(e, "equal auto"), cfa(m, five, ordered = v, estimator = e), cfa(equal_loadings, five, ordered = v, estimator = e))
th0 <- "f1 =~ v1 + a*v2 + a*v3 + a*v4
f2 =~ v5 + v6 + v7 + v8
f2 ~ b*f1"
four("theta equal", sem(path, five, ordered = v, parameterization = "theta"), sem(th0, five, ordered = v, parameterization = "theta"))
conf <- cfa(m, five, ordered = v, group = "g"); metric <- cfa(m, five, ordered = v, group = "g", group.equal = "loadings")
four("groups configural thresholds", conf, og, exact = FALSE)
four("groups configural loadings", conf, metric)
four("theta groups configural thresholds", cfa(m, five, ordered = v, group = "g", parameterization = "theta"), ot, exact = FALSE)
strict <- cfa(m, five, ordered = v, group = "g", group.equal = c(lt, "lv.variances"))
four("groups thresholds variances", og, strict)
four("mixed groups loadings", cfa(m, mixed, ordered = some, group = "g"), cfa(m, mixed, ordered = some, group = "g", group.equal = "loadings"))
h <- "visual =~ x1 + x2 + x3
textual =~ x4 + x5 + x6
speed =~ x7 + x8 + x9"
h0 <- "visual =~ x1 + a*x2 + a*x3
textual =~ x4 + b*x5 + b*x6
speed =~ x7 + x8 + x9"
for (e in c("MLM", "MLR", "MLMV", "MLMVS")) {
  four(paste("HS", e, "equal"), cfa(h, hs, estimator = e), cfa(h0, hs, estimator = e))
  four(paste("HS", e, "groups"), cfa(h, hs, estimator = e, group = "school"), cfa(h, hs, estimator = e, group = "school", group.equal = "loadings"))
}
for (e in c("ML", "MLR")) {
  f1 <- sem(simple, uneq, cluster = "team", estimator = e); f0 <- sem(equal, uneq, cluster = "team", estimator = e)
  difference(paste("two-level", e, "auto"), f1, f0)
  # lavTestLRT(method = "satorra.bentler.2010") gives a statistic of -0.02 here; its definition is
  # followed by hand: the larger model is set to the smaller one's estimates row by row (the same
  # log-likelihood shows that it is), and its scaling taken there.
  if (e == "MLR") {
    p <- parTable(f1); q <- parTable(f0)
    at <- match(with(p, paste(lhs, op, rhs, level)), with(q, paste(lhs, op, rhs, level)))
    p$est[p$free > 0] <- q$est[at][p$free > 0]; p$start <- p$est; p$ustart[p$free > 0] <- p$est[p$free > 0]
    o <- f1@Options; o$optim.method <- "none"; o$optim.force.converged <- TRUE
    f10 <- lavaan(slotOptions = o, slotParTable = as.list(p), slotSampleStats = f1@SampleStats, slotData = f1@Data, slotCache = f1@Cache)
    m <- fitMeasures(f1); m0 <- fitMeasures(f0); df <- m0[["df"]] - m[["df"]]
    stopifnot(abs(fitMeasures(f10, "logl") - m0[["logl"]]) < 1e-8)
    cd <- (m0[["df"]] * m0[["chisq.scaling.factor"]] - m[["df"]] * fitMeasures(f10, "chisq.scaling.factor")[[1]]) / df
    t <- (m0[["chisq"]] - m[["chisq"]]) / cd
    tests[["two-level MLR 2010"]] <- list(statistic = t, df = df, p = pchisq(t, df, lower.tail = FALSE))
  }
}
write(tests, "differences")
