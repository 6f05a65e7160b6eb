# First and second stage by other means: Rscript stages.R -> stages.json
# First stage: glm and MASS::polr (probit; polr's optimum finished by Newton's steps on the likelihood written
# out here), ordinal::clm beside it; lm for the continuous. Second stage: the bivariate likelihood given the
# first stage, written out, over the correlation alone. Weights scaled to sum to the number of rows.
suppressMessages({library(MASS); library(ordinal); library(mvtnorm); library(pbivnorm); library(jsonlite)})
d <- read.csv("survey.csv"); n <- nrow(d); X <- as.matrix(d[c("x1", "x2", "x3")]); w <- d$w / sum(d$w) * n; one <- rep(1, n)
bounds <- function(y, p, X) {                                  # thresholds, then slopes
  m <- max(y) - 1; th <- c(-Inf, p[1:m], Inf); eta <- if (length(p) > m) drop(X %*% p[-(1:m)]) else 0
  list(upper = th[y + 1] - eta, lower = th[y] - eta)
}
inside <- function(z) ifelse(z$lower > 0, pnorm(-z$lower) - pnorm(-z$upper), pnorm(z$upper) - pnorm(z$lower))
value <- function(p, y, X, w) sum(w * log(inside(bounds(y, p, X))))
scores <- function(p, y, X) {
  z <- bounds(y, p, X); f <- inside(z); m <- max(y) - 1
  cbind(outer(y, 1:m, "==") * dnorm(z$upper) - outer(y - 1, 1:m, "==") * dnorm(z$lower), -X * (dnorm(z$upper) - dnorm(z$lower))) / f
}
hessian <- function(p, y, X, w) { h <- 1e-4; g <- function(p) colSums(w * scores(p, y, X)); out <- sapply(seq_along(p), function(k) { e <- replace(0 * p, k, h)
  (8 * (g(p + e) - g(p - e)) - (g(p + 2 * e) - g(p - 2 * e))) / (12 * h) }); (out + t(out)) / 2 }
first <- function(y, X, w) {
  f <- factor(y, ordered = TRUE); frame <- data.frame(f, X)
  form <- if (ncol(X)) reformulate(colnames(X), "f") else f ~ 1
  frame$wt <- w
  binary <- max(y) == 2
  start <- if (binary) { b <- suppressWarnings(glm(form, binomial("probit"), frame, weights = wt, control = list(epsilon = 1e-14, maxit = 100))); c(-coef(b)[1], coef(b)[-1]) } else
    { b <- suppressWarnings(polr(form, frame, weights = wt, method = "probit", Hess = TRUE, control = list(reltol = 1e-15))); c(b$zeta, coef(b)) }
  p <- as.numeric(start); for (turn in 1:4) p <- p - solve(hessian(p, y, X, w), colSums(w * scores(p, y, X)))
  other <- suppressWarnings(clm(form, data = frame, weights = wt, link = "probit", control = list(gradTol = 1e-10, maxIter = 200)))
  S <- w * scores(p, y, X); bread <- -hessian(p, y, X, w); outer <- crossprod(S / sqrt(w))   # as lavaan: weighted once in the bread, twice in the meat
  list(estimates = I(p), log_likelihood = value(p, y, X, w), gradient = max(abs(colSums(S))), start_difference = max(abs(p - start)),
       clm = I(as.numeric(c(other$alpha, other$beta))), clm_difference = max(abs(p - c(other$alpha, other$beta))), covariance_hessian = solve(bread), covariance_clm = unname(vcov(other)),
       covariance_outer = solve(outer), covariance_lavaan = solve(outer) %*% crossprod(S) %*% solve(outer))
}
line <- function(y, X, w) {                                    # ML variance
  b <- if (ncol(X)) lm(y ~ X, weights = w) else lm(y ~ 1, weights = w); r <- residuals(b)
  list(estimates = c(as.numeric(coef(b)), sum(w * r^2) / sum(w)))
}
second <- function(log_density, w) { o <- optimize(function(r) sum(w * log_density(r)), c(-.95, .95), maximum = TRUE, tol = 1e-10)$maximum
  f <- function(r) { h <- 1e-4; s <- function(r) sum(w * log_density(r)); (8 * (s(r + h) - s(r - h)) - (s(r + 2 * h) - s(r - 2 * h))) / (12 * h) }
  r <- uniroot(f, o + c(-1e-3, 1e-3), tol = 1e-13)$root; list(rho = r, log_likelihood = sum(w * log_density(r))) }
both_ordered <- function(a, b, X, w) {
  za <- bounds(d[[a]], first(d[[a]], X, w)$estimates, X); zb <- bounds(d[[b]], first(d[[b]], X, w)$estimates, X); cut <- function(z) pmin(pmax(z, -38), 38)
  second(function(r) { P <- function(p, q) pbivnorm(cut(p), cut(q), rho = rep(r, n))
    log(P(za$upper, zb$upper) - P(za$lower, zb$upper) - P(za$upper, zb$lower) + P(za$lower, zb$lower)) }, w)
}
ordered_continuous <- function(a, y, X, w) {
  za <- bounds(d[[a]], first(d[[a]], X, w)$estimates, X); q <- line(d[[y]], X, w)$estimates; s <- sqrt(q[length(q)])
  z <- (d[[y]] - drop(cbind(1, X) %*% q[-length(q)])) / s
  second(function(r) { k <- sqrt(1 - r^2); dnorm(z, log = TRUE) - log(s) + log(inside(list(upper = (za$upper - r * z) / k, lower = (za$lower - r * z) / k))) }, w)
}
none <- X[, 0]; u <- paste0("u", 1:6)
every <- function(X, w) c(setNames(lapply(u, function(v) first(d[[v]], X, w)), u), list(y1 = line(d$y1, X, w), y2 = line(d$y2, X, w)))
pairs <- function(X, w) list(u3_u5 = both_ordered("u3", "u5", X, w), u1_u6 = both_ordered("u1", "u6", X, w), u2_u4 = both_ordered("u2", "u4", X, w), u1_y1 = ordered_continuous("u1", "y1", X, w), u5_y2 = ordered_continuous("u5", "y2", X, w))
# one value of the bivariate probability by mvtnorm, to check pbivnorm
check <- pmvnorm(lower = c(-.3, .2), upper = c(.8, 1.1), corr = matrix(c(1, .4, .4, 1), 2))[1] -
  (pbivnorm(.8, 1.1, .4) - pbivnorm(-.3, 1.1, .4) - pbivnorm(.8, .2, .4) + pbivnorm(-.3, .2, .4))
# Modes of the factors given answers and covariates (lavaan's "EBM" search leaves them up to 6e-4 off by its BFGS, 2e-6 by its nlminb), first 12 rows, at the estimates of
# mimic.json and weights.json: residual variance 1 - lambda' Psi lambda, prior mean Gamma x.
modes <- function(file) {
  e <- fromJSON(file)$estimates; get <- function(l, o, r) { v <- e$est[e$lhs == l & e$op == o & e$rhs == r]; if (length(v)) v else 0 }
  f <- unique(e$lhs[e$op == "=~"]); x <- unique(e$rhs[e$op == "~"])
  Lambda <- sapply(f, function(k) sapply(u, function(v) get(k, "=~", v))); Psi <- sapply(f, function(a) sapply(f, function(b) if (a == b) get(a, "~~", a) else get(a, "~~", b) + get(b, "~~", a)))
  Psi <- matrix(Psi, length(f)); theta <- 1 - rowSums((Lambda %*% Psi) * Lambda); th <- lapply(u, function(v) c(-Inf, sapply(paste0("t", 1:(max(d[[v]]) - 1)), function(t) get(v, "|", t)), Inf))
  Gamma <- if (length(x)) matrix(sapply(x, function(b) sapply(f, function(a) get(a, "~", b))), length(f)) else matrix(0, length(f), 0)
  t(sapply(1:12, function(i) { mu <- if (length(x)) drop(Gamma %*% unlist(d[i, x])) else rep(0, length(f))
    g <- function(eta) { s <- sapply(seq_along(u), function(j) { m <- sum(Lambda[j, ] * eta); k <- d[[u[j]]][i]; q <- sqrt(theta[j]); a <- (th[[j]][k + 1] - m) / q; b <- (th[[j]][k] - m) / q
        -(dnorm(a) - dnorm(b)) / (pnorm(a) - pnorm(b)) / q }); drop(t(Lambda) %*% s) - drop(solve(Psi, eta - mu)) }
    eta <- mu; for (turn in 1:30) { h <- 1e-5; H <- matrix(sapply(seq_along(eta), function(k) { z <- replace(0 * eta, k, h); (g(eta + z) - g(eta - z)) / (2 * h) }), length(eta)); eta <- eta - drop(solve(H, g(eta))) }
    eta }))
}
out <- list(source = paste0("MASS ", packageVersion("MASS"), ", ordinal ", packageVersion("ordinal"), ", mvtnorm ", packageVersion("mvtnorm"), ", pbivnorm ", packageVersion("pbivnorm"), ", ", R.version.string),
  pbivnorm_minus_pmvnorm = check, first = list(covariates = every(X, one), covariates_weights = every(X, w), weights = every(none, w)),
  second = list(covariates = pairs(X, one), covariates_weights = pairs(X, w), weights = pairs(none, w)),
  scores = list(mimic = modes("mimic.json"), weights = drop(modes("weights.json"))))
write(toJSON(out, auto_unbox = TRUE, digits = I(15), na = "null", null = "null", matrix = "rowmajor"), "stages.json")
