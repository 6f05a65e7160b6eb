# An unrestricted between covariance on the border of the positive semi-definite matrices:
# lavaan's log-likelihood and gradient maximised over Cholesky factors by R's nlminb.
# Run in this folder: `Rscript border.R` writes exact/border.json.
source("exact_functions.R")
D <- read.csv("data/border.csv")
f <- suppressWarnings(sem("level: 1
  fw =~ y1 + y2 + y3 + y4
level: 2
  fb =~ y1 + y2 + y3 + y4
  fb ~ z", D, cluster = "team"))
h <- f@h1$implied; nw <- 4; nb <- 5; lw <- lower.tri(diag(nw), TRUE); lb <- lower.tri(diag(nb), TRUE)
read_factors <- function(x) { A <- diag(0, nw); A[lw] <- x[1:10]; B <- diag(0, nb); B[lb] <- x[10 + 1:15]
  list(A = A, B = B, m = list(Mu.W = rep(0, nw), Sigma.W = tcrossprod(A), Mu.B = x[25 + 1:nb], Sigma.B = tcrossprod(B))) }
value <- function(x) -group_logl(f@Data, f@SampleStats, 1, read_factors(x)$m)
slope <- function(x) { p <- read_factors(x); g <- moments(group_slope(f@Data, f@SampleStats, 1, p$m), nw, nb)
  half <- function(S) { S <- S / 2; diag(S) <- 2 * diag(S); S } # from elements that occur twice to a matrix
  -c((2 * half(g$Sigma.W) %*% p$A)[lw], (2 * half(g$Sigma.B) %*% p$B)[lb], g$Mu.B) }
x <- c(t(chol(h$cov[[1]]))[lw], t(chol(h$cov[[2]] + 1e-3 * diag(nb)))[lb], h$mean[[2]] + c(h$mean[[1]], 0))
stopifnot(max(abs(slope(x) - sapply(seq_along(x), function(k) { d <- replace(0 * x, k, 1e-5); (value(x + d) - value(x - d)) / 2e-5 }))) < 1e-4)
for (i in 1:5) x <- nlminb(x, value, slope, control = list(iter.max = 5000, eval.max = 5000, rel.tol = 1e-15, x.tol = 0))$par
p <- read_factors(x)
writeLines(toJSON(list(logl = -value(x), gradient = max(abs(slope(x))) / nobs(f), eigenvalues = eigen(p$m$Sigma.B)$values, within = p$m$Sigma.W, between = p$m$Sigma.B), digits = NA, auto_unbox = TRUE), "exact/border.json")
