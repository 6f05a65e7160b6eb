# Random scale and shares of variance by direct likelihood: Rscript scale_exact.R DATA AGREEMENT_DATA OUT.json
# Nothing of a mixed-model package is used: dense covariance matrices, a sum over a fine grid of the
# random scale (checked by integrate() at the optimum), numerical slopes, several starts.
suppressMessages(library(jsonlite)); a <- commandArgs(TRUE)
w <- seq(-9, 9, by=.02); lw <- dnorm(w, log=TRUE); lw <- lw - log(sum(exp(lw)))
group_log <- function(y, b, g0, nu, tau, rho) { n <- length(y); s <- exp(g0 + tau * w); c <- b + rho * nu * w; t2 <- nu^2 * (1 - rho^2)
  m <- mean(y); ss <- sum((y - m)^2); v <- s + n * t2
  -.5 * (n * log(2 * pi) + (n - 1) * log(s) + log(v) + ss / s + n * (m - c)^2 / v) }
loglik <- function(ys, b, g0, nu, tau, rho) sum(sapply(ys, function(y) { l <- group_log(y, b, g0, nu, tau, rho) + lw; k <- max(l); k + log(sum(exp(l - k))) }))
profile_b <- function(ys, p, reml) { f <- function(b) loglik(ys, b, p[1], exp(p[2]), abs(p[3]), if (length(p) > 3) tanh(p[4]) else 0)
  o <- optimize(f, c(2, 4), maximum=TRUE, tol=1e-9); b <- o$maximum; h <- 1e-3
  info <- -(-f(b + 2*h) + 16*f(b + h) - 30*f(b) + 16*f(b - h) - f(b - 2*h)) / (12 * h^2)
  list(value=f(b) + if (reml) .5 * (log(2 * pi) - log(info)) else 0, b=b) }
fit <- function(ys, reml, correlated) { best <- NULL
  for (start in list(c(-.5, -1.3, .2), c(-.4, -1.2, .4))) { s <- if (correlated) c(start, -.3) else start
    o <- optim(s, function(p) -profile_b(ys, p, reml)$value, method="Nelder-Mead", control=list(maxit=2000, reltol=1e-13))
    o <- optim(o$par, function(p) -profile_b(ys, p, reml)$value, method="Nelder-Mead", control=list(maxit=2000, reltol=1e-14))
    if (is.null(best) || o$value < best$value) best <- o }
  p <- best$par; r <- if (correlated) tanh(p[4]) else 0; f <- profile_b(ys, p, reml)
  exact <- sum(sapply(ys, function(y) { n <- length(y); m <- mean(y); ss <- sum((y - m)^2); k <- max(group_log(y, f$b, p[1], exp(p[2]), abs(p[3]), r) + dnorm(w, log=TRUE))
    d <- function(x) { s <- exp(p[1] + abs(p[3]) * x); v <- s + n * exp(2 * p[2]) * (1 - r^2); c <- f$b + r * exp(p[2]) * x
      exp(-.5 * (n * log(2 * pi) + (n - 1) * log(s) + log(v) + ss / s + n * (m - c)^2 / v) + dnorm(x, log=TRUE) - k) }
    k + log(integrate(d, -9, 9, rel.tol=1e-11, subdivisions=2000)$value) }))
  list(log_likelihood=f$value, beta=f$b, gamma=p[1], level_sd=exp(p[2]), scale_sd=abs(p[3]), correlation=r, integral=exact) }
lq <- read.csv(file.path(a[2], "lq2002.csv")); ys <- split(lq$LEAD, lq$COMPID)
# three levels: dense covariance matrices, shares profiled one by one
u <- read.csv(file.path(a[1], "univbct.csv")); u <- u[u$TIME == 0 & !is.na(u$JOBSAT1), ]
blocks <- lapply(split(u, u$BTN), function(p) list(y=p$JOBSAT1, same=outer(p$COMPANY, p$COMPANY, "==") * 1))
N <- nrow(u)
ll <- function(sp, st, reml) { sm <- 1 - sp - st; if (sm <= 0 || sp < 0 || st < 0) return(-1e10); z <- c(0, 0, 0, 0)
  for (k in blocks) { n <- length(k$y); C <- chol(sp + st * k$same + sm * diag(n)); q <- backsolve(C, cbind(1, k$y), transpose=TRUE)
    z <- z + c(2 * sum(log(diag(C))), sum(q[,1]^2), sum(q[,1] * q[,2]), sum(q[,2]^2)) }
  Q <- z[4] - z[3]^2 / z[2]; df <- if (reml) N - 1 else N; -.5 * (df * (log(2 * pi * Q / df) + 1) + z[1] + if (reml) log(z[2]) else 0) }
shares <- function(reml) { inner <- function(fixed, s) { f <- function(q) { r <- (1 - s) * q; if (fixed == 1) ll(s, r, reml) else if (fixed == 2) ll(r, s, reml) else ll(r, 1 - s - r, reml) }
    o <- optimize(f, c(0, 1), maximum=TRUE, tol=1e-10); e <- f(0); if (e >= o$objective) c(e, 0) else c(o$objective, o$maximum) }
  o <- optimize(function(s) inner(1, s)[1], c(0, .9), maximum=TRUE, tol=1e-10); sp <- o$maximum; top <- o$objective; if (inner(1, 0)[1] >= top) { sp <- 0; top <- inner(1, 0)[1] }
  st <- (1 - sp) * inner(1, sp)[2]; at <- c(sp, st, 1 - sp - st); lim <- lapply(1:3, function(k) { g <- function(s) inner(k, s)[1] - top + qchisq(.95, 1) / 2
    lo <- if (k < 3 && g(0) >= 0) 0 else uniroot(g, c(if (k < 3) 0 else .3, at[k]), tol=1e-11)$root
    hi <- uniroot(g, c(at[k], .999), tol=1e-11)$root; c(lo, hi) })
  list(log_likelihood=top, share=at, low=sapply(lim, `[`, 1), high=sapply(lim, `[`, 2)) }
out <- list(source=paste("direct likelihood,", R.version.string),
  lq2002=list(ML=list(uncorrelated=fit(ys, FALSE, FALSE), correlated=fit(ys, FALSE, TRUE)), REML=list(uncorrelated=fit(ys, TRUE, FALSE), correlated=fit(ys, TRUE, TRUE))),
  three_levels=list(REML=shares(TRUE), ML=shares(FALSE)))
write(toJSON(out, auto_unbox=TRUE, digits=I(15), pretty=1), a[3])
