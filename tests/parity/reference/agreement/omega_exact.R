# What psych's fa and omega compute in agreement.R, at the optimum: omega_exact.json.
# Run in this folder: Rscript omega_exact.R
#
# Uniquenesses of minres and ML by quasi-Newton and Newton steps on the slope of the discrepancy,
# oblimin (gamma 0) by GPArotation brought to 1e-8, one factor of the factor correlations in
# closed form (three correlations), Schmid & Leiman. Blocks and names are those of lq2002.json.
suppressMessages({library(GPArotation); library(jsonlite)})
data(lq2002, package = "multilevel")

extract <- function(R, m, ml) {
  p <- nrow(R); rest <- if (m < p) (m + 1):p else integer(0)
  parts <- function(psi) eigen(if (ml) R / sqrt(psi %o% psi) else R - diag(psi), symmetric = TRUE)
  f <- function(psi) {
    v <- parts(psi)$values[rest]
    if (ml) sum(v - log(v) - 1) else sum(v^2) / 2
  }
  g <- function(psi) {
    e <- parts(psi); v <- e$values[rest]; w <- e$vectors[, rest, drop = FALSE]^2
    as.numeric(if (ml) w %*% (1 - v) / psi else -w %*% v)
  }
  psi <- optim(.5 / diag(solve(R)), f, g, method = "L-BFGS-B", lower = .005, upper = 1,
               control = list(factr = 1, maxit = 5000))$par
  free <- which(psi > .005 + 1e-9)  # one uniqueness of LEAD lies on psych's border of .005
  for (i in 1:10) {
    H <- sapply(free, function(j) {
      d <- replace(0 * psi, j, 1e-6); (g(psi + d) - g(psi - d))[free] / 2e-6
    })
    psi[free] <- psi[free] - as.numeric(solve((H + t(H)) / 2, g(psi)[free]))
  }
  stopifnot(max(abs(g(psi)[free])) < 1e-12, psi[free] > .005, psi < 1, g(psi)[-free] > 0)
  e <- parts(psi); top <- seq_len(m)
  L <- e$vectors[, top, drop = FALSE] %*% diag(sqrt(e$values[top] - if (ml) 1 else 0), m)
  if (ml) L <- sqrt(psi) * L
  L <- L %*% diag(ifelse(colSums(L) < 0, -1, 1), m)
  list(L = L, psi = psi)
}

omega <- function(R, m) {
  a <- extract(R, m, FALSE); whole <- sum(R)
  if (m == 1) general <- a$L[, 1] else {
    o <- oblimin(a$L, eps = 1e-8, maxit = 100000)
    turn <- diag(ifelse(colSums(o$loadings) < 0, -1, 1))
    o$loadings <- o$loadings %*% turn; P <- turn %*% o$Phi %*% turn
    gl <- sqrt(c(P[1, 2] * P[1, 3] / P[2, 3], P[1, 2] * P[2, 3] / P[1, 3], P[1, 3] * P[2, 3] / P[1, 2]))
    general <- as.numeric(o$loadings %*% gl)
  }
  common <- whole - sum(1 - rowSums(a$L^2)); square <- sum(general)^2
  list(omega_h = square / whole, omega_tot = common / whole, omega_lim = square / common)
}

out <- lapply(list(LEAD = 3:13, TSIG = 14:16, HOSTIL = 17:21), function(i) {
  R <- cor(lq2002[, i]); f <- extract(R, 1, TRUE); l <- f$L[, 1]; u <- 1 - l^2
  list(omega = omega(R, if (length(i) > 5) 3 else 1),
       omega1 = list(ml_loadings = l, uniq = u, AVE = mean(l^2),
                     omega_congeneric_corr = sum(l)^2 / (sum(l)^2 + sum(u))))
})
write_json(list(lq2002 = out), "omega_exact.json", digits = NA, auto_unbox = TRUE)
