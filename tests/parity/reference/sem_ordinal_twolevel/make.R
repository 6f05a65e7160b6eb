# Ordinal and two-level reference fits by lavaan 0.6-14: run in this folder, `Rscript make.R`.
# Newton steps on lavaan's own gradient until it vanishes, then its errors, tests and fit there.
suppressMessages({library(lavaan); library(jsonlite)})
polish <- function(f, steps = 4) {
  if (identical(f@Options$se, "bootstrap")) return(f)
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
  if (fitMeasures(g, "chisq") > fitMeasures(f, "chisq") + 1e-6) { cat("polishing made it worse, kept as it was\n"); return(f) }
  attr(g, "polish") <- list(gradient_before = max(abs(t(K) %*% ev(x0))), gradient_after = max(abs(t(K) %*% ev(x))), moved = max(abs(x - x0)))
  g
}

dump <- function(f, name, extra = list()) {
  f <- tryCatch(polish(f), error = function(e) { cat(name, "not polished:", conditionMessage(e), "\n"); f })
  r <- list(pe = as.data.frame(parameterEstimates(f, ci = FALSE)),
            std = tryCatch(as.data.frame(standardizedSolution(f, ci = FALSE)), error = function(e) NULL),
            fm = as.list(fitMeasures(f)), extra = extra, polish = attr(f, "polish"))
  writeLines(toJSON(r, digits = NA, auto_unbox = TRUE, na = "null"), paste0(name, ".json"))
}
save <- function(d, name) write.csv(d, paste0("data/", name, ".csv"), row.names = FALSE)

# two levels: the demonstration data with robust errors
set.seed(20231123)
demo <- Demo.twolevel
save(demo, "twolevel")
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
dump(sem(both, demo, cluster = "cluster", estimator = "MLR"), "tl_cfa_mlr")

# very unequal groups: 1 to 60 members, most of them small
J <- 120
size <- pmin(60, pmax(1, round(exp(rnorm(J, 1.6, 1)))))
id <- rep(seq_len(J), size)
wb <- rnorm(J); zb <- .5 * wb + rnorm(J)
fw <- rnorm(length(id)); fb <- .6 * zb + rnorm(J)
load <- c(1, .8, 1.2, .9)
uneq <- as.data.frame(sapply(1:4, function(i) 3 + load[i] * fw + load[i] * .7 * fb[id] + rnorm(length(id), 0, .8) + rnorm(J, 0, .35)[id]))
names(uneq) <- paste0("y", 1:4)
uneq$z <- zb[id]; uneq$x <- .3 * fw + rnorm(length(id)); uneq$team <- paste0("t", id)
uneq$half <- ifelse(id %% 2 == 1, "north", "south")
uneq <- uneq[order(uneq$half), ]
save(uneq, "unequal")
equal <- "level: 1
  fw =~ y1 + a*y2 + b*y3 + c*y4
level: 2
  fb =~ y1 + a*y2 + b*y3 + c*y4
  fb ~ z"
dump(sem(equal, uneq, cluster = "team"), "tl_unequal")
dump(sem(equal, uneq, cluster = "team", estimator = "MLR"), "tl_unequal_mlr")
zero <- "level: 1
  fw =~ y1 + y2 + y3 + y4
  fw ~ x
level: 2
  fb =~ y1 + y2 + y3 + y4
  y2 ~~ 0*y2
  fb ~ z"
dump(sem(zero, uneq, cluster = "team"), "tl_zero")
plain <- "group: north
level: 1
  fw =~ y1 + y2 + y3 + y4
level: 2
  fb =~ y1 + y2 + y3 + y4
group: south
level: 1
  fw =~ y1 + y2 + y3 + y4
level: 2
  fb =~ y1 + y2 + y3 + y4"
dump(sem(plain, uneq, cluster = "team", group = "half"), "tl_groups")

# missing values at level 1
miss <- demo[, c("y1", "y2", "y3", "y4", "w1", "cluster")]
gone <- matrix(runif(nrow(miss) * 4), ncol = 4)
miss[, 1:4][gone < cbind(.05, .15, .1 + .1 * (demo$y1 > 0), .1)] <- NA
save(miss, "twolevel_missing")
# This lavaan's own search for the unrestricted model ends below the restricted one: the fit to these
# data is in exact.R.

# five points with rare categories, two groups
N <- 1200
g <- rep(c("b", "a"), c(500, 700))
f1 <- rnorm(N); f2 <- .5 * f1 + sqrt(.75) * rnorm(N)
f1 <- f1 + .3 * (g == "a")
cuts <- list(c(-1.9, -1.1, -.1, 1), c(-1.6, -.8, .2, 1.7), c(-1, 0, .8, 1.9), c(-2, -1, 0, 1.2))
five <- as.data.frame(sapply(1:8, function(i) {
  l <- c(.8, .7, .6, .75)[(i - 1) %% 4 + 1]
  y <- l * (if (i <= 4) f1 else f2) + sqrt(1 - l^2) * rnorm(N)
  as.integer(cut(y, c(-Inf, cuts[[(i - 1) %% 4 + 1]], Inf)))
}))
names(five) <- paste0("v", 1:8)
five$g <- g
save(five, "five")
v <- paste0("v", 1:8)
m <- "f1 =~ v1 + v2 + v3 + v4
f2 =~ v5 + v6 + v7 + v8"
lt <- c("loadings", "thresholds")
for (e in c("WLSMV", "WLSM", "WLSMVS", "ULSMV", "ULS", "WLS")) dump(cfa(m, five, ordered = v, estimator = e), paste0("ord_five_", tolower(e)))
dump(cfa(m, five, ordered = v, group = "g"), "ord_groups")
dump(cfa(m, five, ordered = v, group = "g", group.equal = lt), "ord_groups_equal")
dump(cfa(m, five, ordered = v, group = "g", group.equal = lt, parameterization = "theta"), "ord_groups_equal_theta")
dump(cfa(m, five, ordered = v, parameterization = "theta"), "ord_theta")
path <- "f1 =~ v1 + v2 + v3 + v4
f2 =~ v5 + v6 + v7 + v8
f2 ~ b*f1
v1 ~~ v5
double := 2*b"
dump(sem(path, five, ordered = v), "ord_path")

# ordered and continuous together
mixed <- five
for (i in c(1, 6)) mixed[[i]] <- 2 * mixed[[i]] + rnorm(N)
save(mixed, "mixed")
dump(cfa(m, mixed, ordered = v[c(2:5, 7, 8)]), "ord_mixed")
dump(cfa(m, mixed, ordered = v[c(2:5, 7, 8)], group = "g", group.equal = "loadings"), "ord_mixed_groups")
