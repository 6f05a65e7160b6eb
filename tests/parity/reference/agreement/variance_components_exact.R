# What lme4 and nlme compute in agreement.R, at the exact optimum: variance_components_exact.json.
# Run in this folder: Rscript variance_components_exact.R
#
# One-way random effects with lambda = tau / sigma2: mean and sigma2 have closed forms, and the
# slope of the log-likelihood by lambda, below, is brought to 0 by uniroot to the last digit.
# Blocks and names are those of lq2002.json, bh1996.json and published.json.
suppressMessages(library(jsonlite))
data(lq2002, package = "multilevel"); data(bh1996, package = "multilevel")

components <- function(x, g, REML) {
  n <- as.numeric(tapply(x, g, length)); m <- as.numeric(tapply(x, g, mean))
  ssw <- sum((x - ave(x, g))^2); N <- sum(n); k <- if (REML) N - 1 else N
  at <- function(l) {
    w <- n / (1 + n * l); mu <- sum(w * m) / sum(w); Q <- ssw + sum(w * (m - mu)^2)
    list(w = w, mu = mu, Q = Q, slope = k * sum(w^2 * (m - mu)^2) / Q - sum(w) +
           if (REML) sum(w^2) / sum(w) else 0)
  }
  stopifnot(at(0)$slope > 0)
  l <- uniroot(function(l) at(l)$slope, c(0, 10), tol = 1e-17, maxiter = 10000)$root
  a <- at(l); s2 <- a$Q / k; tau <- l * s2; icc <- tau / (tau + s2); kbar <- N / length(n)
  rel <- n * l / (1 + n * l)
  ll <- -(k * (1 + log(2 * pi * s2)) + sum(log(1 + n * l)) + if (REML) log(sum(a$w)) else 0) / 2
  list(tau = tau, sigma2 = s2, ICC = icc, logLik = ll, mu = a$mu, n = n, rel = rel,
       stepped = kbar * icc / (1 + (kbar - 1) * icc))
}
block <- function(x, g) {
  r <- components(x, g, TRUE); m <- components(x, g, FALSE)
  list(lme4_REML_tau = r$tau, lme4_REML_sigma2 = r$sigma2, lme4_REML_ICC = r$ICC,
       lme4_REML_logLik = r$logLik, lme4_REML_mu = r$mu, lme4_ML_tau = m$tau,
       lme4_ML_sigma2 = m$sigma2, lme4_ML_ICC = m$ICC, lme4_ML_logLik = m$logLik,
       ICC2_bruceR_meanrel = mean(r$rel), ICC2_psychometric_weighted = weighted.mean(r$rel, r$n),
       ICC2_multicc_lme4 = r$stepped)
}
mult <- function(X, g) {
  found <- lapply(X, components, g = g, REML = TRUE)
  list(ICC1 = unname(sapply(found, `[[`, "ICC")), ICC2 = unname(sapply(found, `[[`, "stepped")))
}

g <- lq2002$COMPID
scales <- lapply(list(LEAD = 3:13, TSIG = 14:16, HOSTIL = 17:21), function(i) {
  X <- lq2002[, i]; sc <- rowMeans(X)
  list(item = lapply(X, function(x) list(icc = block(x, g))), scale_icc = block(sc, g),
       mult_icc = mult(cbind(X, SCALE = sc), g))
})
of <- c("LEAD", "TSIG", "HOSTILE"); vars <- c("COHES", "LEAD", "HRS", "WBEING")
lq <- c(scales, list(scales = lapply(lq2002[of], block, g = g), mult_icc = mult(lq2002[of], g)))
w <- components(bh1996$WBEING, bh1996$GRP, TRUE)
bh <- c(lapply(bh1996[vars], block, g = bh1996$GRP), list(
  mult_icc = mult(bh1996[vars], bh1996$GRP),
  gmeanrel_WBEING = list(ICC = w$ICC, MeanRel = w$rel),
  lme_WBEING = list(tau = w$tau, sigma2 = w$sigma2)))
web <- list(lme_WBEING_tau = w$tau, lme_WBEING_sigma2 = w$sigma2, ICC_lme = w$ICC, ICC1.lme = w$ICC,
            `ICC2.lme(unweighted)` = mean(w$rel))
write_json(list(lq2002 = lq, bh1996 = bh,
                published = list(`jasondmarshall.com/multilevel-steps (bh1996, R output)` = web)),
           "variance_components_exact.json", digits = NA, auto_unbox = TRUE)
