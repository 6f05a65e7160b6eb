# The first two stages by other means:
#   Rscript stages.R
# - univariate: lme4::glmer (binary, probit, 25 adaptive nodes) and ordinal::clmm (probit, 25 nodes);
# - bivariate: the likelihood of a pair written out, integrated over both effects by a product of
#   41 Gauss-Hermite nodes, and maximised by optim, then nlminb from there.
library(lme4); library(ordinal); library(pbivnorm); library(jsonlite)
five <- read.csv("five.csv"); gaps <- read.csv("gaps.csv")     # gaps: cases that answered
items <- paste0("y", 1:5)
univariate <- function(x, team) {
  x <- factor(x)
  frame <- data.frame(x = x, team = factor(team))
  if (nlevels(x) == 2) {
    fit <- glmer(x ~ 1 + (1 | team), frame, binomial("probit"), nAGQ = 25,
                 control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10)))
    return(list(by = "glmer", thresholds = -unname(fixef(fit)),
                variance = unname(VarCorr(fit)$team[1, 1])))
  }
  fit <- clmm(x ~ 1 + (1 | team), data = frame, link = "probit", nAGQ = 25,
              control = clmm.control(gradTol = 1e-7))
  list(by = "clmm", thresholds = unname(fit$alpha), variance = unname(VarCorr(fit)$team[1, 1]),
       loglik = as.numeric(logLik(fit)))
}
gauss_hermite <- function(n) {                       # nodes and weights for the standard normal
  e <- eigen(diag(0, n) + rbind(cbind(0, diag(sqrt(seq_len(n - 1)))), 0) +
               t(rbind(cbind(0, diag(sqrt(seq_len(n - 1)))), 0)), symmetric = TRUE)
  list(x = e$values, w = e$vectors[1, ]^2)
}
rule <- gauss_hermite(41)
grid <- expand.grid(a = seq_along(rule$x), b = seq_along(rule$x))
weight <- rule$w[grid$a] * rule$w[grid$b]
keep <- weight > 1e-22
u1 <- rule$x[grid$a][keep]; u2 <- rule$x[grid$b][keep]; weight <- weight[keep]
pair_log <- function(theta, d, i, j, first, second) {
  rho <- tanh(theta[1]); s1 <- sqrt(first$variance); s2 <- sqrt(second$variance)
  r <- tanh(theta[2])
  b1 <- s1 * u1; b2 <- s2 * (r * u1 + sqrt(1 - r^2) * u2)
  e1 <- c(-Inf, first$thresholds, Inf); e2 <- c(-Inf, second$thresholds, Inf)
  phi2 <- function(h, k) {
    if (h == -Inf || k == -Inf) return(rep(0, length(b1)))
    if (h == Inf && k == Inf) return(rep(1, length(b1)))
    if (h == Inf) return(pnorm(k - b2))
    if (k == Inf) return(pnorm(h - b1))
    pbivnorm(h - b1, k - b2, rho)
  }
  K1 <- length(e1) - 1; K2 <- length(e2) - 1
  logs <- matrix(0, length(b1), K1 * K2); at <- 0; counts <- NULL
  for (k in seq_len(K1)) for (l in seq_len(K2)) {
    at <- at + 1
    p <- phi2(e1[k + 1], e2[l + 1]) - phi2(e1[k], e2[l + 1]) - phi2(e1[k + 1], e2[l]) +
      phi2(e1[k], e2[l])
    logs[, at] <- log(pmax(p, 1e-300))
    counts <- cbind(counts, tapply(d[[i]] == k & d[[j]] == l, d$team, sum, na.rm = TRUE))
  }
  ll <- counts %*% t(logs)
  top <- apply(ll, 1, max)
  sum(log(exp(ll - top) %*% weight) + top)
}
stages <- function(d, pairs) {
  alone <- lapply(items, function(i) univariate(d[[i]], d$team))
  joint <- lapply(pairs, function(k) {
    f <- function(t) -pair_log(t, d, items[k[1]], items[k[2]], alone[[k[1]]], alone[[k[2]]])
    found <- optim(c(.5, .5), f, method = "BFGS", control = list(reltol = 1e-13))
    found <- nlminb(found$par, f, control = list(rel.tol = 1e-14, x.tol = 1e-10))
    s <- sqrt(alone[[k[1]]]$variance * alone[[k[2]]]$variance)
    list(pair = k, correlation = tanh(found$par[1]), covariance = s * tanh(found$par[2]),
         loglik = -found$objective)
  })
  list(items = alone, pairs = joint)
}
found <- list(five = stages(five, list(c(1, 2), c(3, 5), c(2, 4))),
              gaps = stages(gaps, list(c(1, 2), c(1, 3))))
versions <- list(lme4 = as.character(packageVersion("lme4")),
                 ordinal = as.character(packageVersion("ordinal")))
write(toJSON(c(list(versions = versions), found), digits = 12, auto_unbox = TRUE, pretty = TRUE),
      "stages.json")
