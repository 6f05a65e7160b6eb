# What mlrel.R computes, at the optimum: multilevel_reliability_exact.json.
# Run in this folder: Rscript multilevel_reliability_exact.R (about a minute).
#
# factor models   lavaan's fit, then Newton steps on lavaan's own gradient (as in ../sem/sem.R)
# psd             the unrestricted model behind compRelSEM and the fit measures, Sb = L L' (where
#                 lavaan's EM goes): quasi-Newton and Newton steps on lavaan's own log-likelihood
#                 and gradient; `slope_across`: derivatives by the null directions of Sb, all
#                 negative at a maximum on the border
# free            the unrestricted model of mlrel.R, Sb with negative eigenvalues: Newton steps
#                 from psd to the next maximum. It is a local one: the likelihood has no upper
#                 bound, because Sb + Sw / n of the one largest group may become singular across
#                 that group's mean. For LEAD the way leads there and no maximum is met.
suppressMessages({library(lavaan); library(semTools); library(jsonlite)})
data(lq2002, package = "multilevel")
lav <- function(name) get(name, asNamespace("lavaan"))
vech <- lav("lav_matrix_vech"); full <- lav("lav_matrix_vech_reverse")

loglik <- function(S, W, B, mu) {
  v <- tryCatch(suppressWarnings(lav("lav_mvnorm_cluster_loglik_samplestats_2l")(YLp = S$YLp,
    Lp = S$Lp, Mu.W = 0 * mu, Sigma.W = W, Mu.B = mu, Sigma.B = B, log2pi = TRUE,
    minus.two = FALSE)), error = function(e) NaN)
  if (is.finite(v)) v else -Inf
}
score <- function(S, W, B, mu) {  # derivatives by every element of the symmetric matrices
  g <- lav("lav_mvnorm_cluster_dlogl_2l_samplestats")(YLp = S$YLp, Lp = S$Lp, Mu.W = 0 * mu,
    Sigma.W = W, Mu.B = mu, Sigma.B = B, return.list = TRUE)
  half <- function(G) { G <- -G / 2; (G + diag(diag(G), nrow(G))) / 2 }
  list(W = half(g$Sigma.W), B = half(g$Sigma.B), mu = -as.numeric(g$Mu.B) / 2)
}
hessian <- function(x, g) {
  h <- 1e-6 * pmax(abs(x), .1)
  H <- sapply(seq_along(x), function(j) {
    d <- replace(0 * x, j, h[j])
    tryCatch((g(x + d) - g(x - d)) / (2 * h[j]), error = function(e) 0 * x)
  })
  (H + t(H)) / 2
}
newton <- function(x, f, g, steps = 30) {  # the logarithm goes up in every step
  for (i in seq_len(steps)) {
    e <- eigen(hessian(x, g), symmetric = TRUE)
    step <- as.numeric(e$vectors %*% (crossprod(e$vectors, g(x)) / pmax(abs(e$values), 1e-6)))
    t <- 1
    while (t > 1e-10 && !(f(x + t * step) >= f(x) - 1e-9)) t <- t / 2
    x <- x + t * step
    if (max(abs(t * step)) < 1e-12) break
  }
  x
}

psd <- function(S, h) {
  p <- nrow(h$cov[[1]]); low <- lower.tri(diag(p), TRUE); a <- sum(low)
  part <- function(x, r) {
    lr <- low[, seq_len(r), drop = FALSE]; M <- matrix(0, p, p); L <- matrix(0, p, r)
    M[low] <- x[seq_len(a)]; L[lr] <- x[a + seq_len(sum(lr))]
    list(M = M, L = L, lr = lr, W = tcrossprod(M), B = tcrossprod(L), mu = tail(x, p))
  }
  f <- function(r) function(x) { u <- part(x, r); loglik(S, u$W, u$B, u$mu) }
  g <- function(r) function(x) {
    u <- part(x, r); s <- score(S, u$W, u$B, u$mu)
    c((2 * s$W %*% u$M)[low], (2 * s$B %*% u$L)[u$lr], s$mu)
  }
  x <- c(t(chol(h$cov[[1]]))[low], t(chol(h$cov[[2]]))[low], h$mean[[1]] + h$mean[[2]])
  o <- optim(x, f(p), g(p), method = "BFGS",
             control = list(fnscale = -1, maxit = 5000, reltol = 1e-16))
  u <- part(o$par, p); e <- eigen(u$B, symmetric = TRUE)
  r <- sum(e$values > 1e-6 * e$values[1]); kept <- seq_len(r)
  root <- e$vectors[, kept, drop = FALSE] %*% diag(sqrt(e$values[kept]), r)
  L <- root %*% qr.Q(qr(t(root[kept, , drop = FALSE])))  # lower trapezoidal
  y <- newton(c(u$M[low], L[low[, kept, drop = FALSE]], u$mu), f(r), g(r))
  u <- part(y, r); s <- score(S, u$W, u$B, u$mu)
  across <- qr.Q(qr(u$L), complete = TRUE)[, -kept, drop = FALSE]
  slope <- if (ncol(across)) eigen(t(across) %*% s$B %*% across)$values else numeric(0)
  list(W = u$W, B = u$B, mu = u$mu, logl = f(r)(y), rank = r, gradient = max(abs(g(r)(y))),
       slope_across = slope, em_behind = f(r)(y) - loglik(S, h$cov[[1]], h$cov[[2]],
                                                          h$mean[[1]] + h$mean[[2]]))
}

free <- function(S, b) {
  p <- nrow(b$W); a <- p * (p + 1) / 2; n <- max(S$Lp$cluster.sizes[[2]])
  part <- function(x) list(W = full(x[1:a]), B = full(x[a + 1:a]), mu = tail(x, p))
  least <- function(A) min(eigen(A, TRUE, only.values = TRUE)$values)
  f <- function(x) {
    u <- part(x)
    if (least(u$W) > 0 && least(u$W + n * u$B) > 0) loglik(S, u$W, u$B, u$mu) else -Inf
  }
  twice <- function(G) vech(2 * G - diag(diag(G)))
  g <- function(x) { u <- part(x); s <- score(S, u$W, u$B, u$mu); c(twice(s$W), twice(s$B), s$mu) }
  x <- newton(c(vech(b$W), vech(b$B), b$mu), f, g); u <- part(x)
  c(u, list(logl = f(x), gradient = max(abs(g(x))), least_largest_group = least(u$W + n * u$B),
            maximum = max(abs(g(x))) < 1e-8 && max(eigen(hessian(x, g))$values) < 0))
}

polish <- function(f, h1, steps = 8) {
  m <- f@Model; x0 <- x <- lav("lav_model_get_parameters")(m)
  ev <- function(x) as.numeric(lav("lav_model_gradient")(lav("lav_model_set_parameters")(m, x),
        lavsamplestats = f@SampleStats, lavdata = f@Data, lavcache = f@Cache, type = "free"))
  for (i in seq_len(steps)) {
    H <- sapply(seq_along(x), function(j) {
      d <- replace(0 * x, j, 1e-5); (ev(x + d) - ev(x - d)) / 2e-5
    })
    x <- x - as.numeric(solve(H, ev(x)))
  }
  p <- parTable(f); p$est[p$free > 0] <- x[p$free[p$free > 0]]
  p$start <- p$est; p$ustart[p$free > 0] <- p$est[p$free > 0]
  o <- f@Options; o$optim.method <- "none"; o$optim.force.converged <- TRUE
  g <- suppressWarnings(lavaan(slotOptions = o, slotParTable = as.list(p),
         slotSampleStats = f@SampleStats, slotData = f@Data, slotCache = f@Cache, sloth1 = h1))
  attr(g, "polish") <- list(gradient_before = max(abs(ev(x0))), gradient_after = max(abs(ev(x))),
                            moved = max(abs(x - x0)), gained = as.numeric(logLik(g) - logLik(f)))
  g
}

out <- list()
for (s in c("TSIG", "HOSTIL", "LEAD")) {
  v <- paste(grep(paste0("^", s, "[0-9]"), names(lq2002), value = TRUE), collapse = " + ")
  f <- suppressWarnings(cfa(paste0("level: 1\nf =~ ", v, "\nlevel: 2\nf =~ ", v), lq2002,
                            cluster = "COMPID", std.lv = FALSE))
  S <- list(YLp = f@SampleStats@YLp[[1]], Lp = f@Data@Lp[[1]])
  b <- psd(S, f@h1$implied)
  u <- free(S, b)
  names <- dimnames(f@h1$implied$cov[[1]])
  h1 <- f@h1
  h1$implied$cov <- list(b$W, b$B); h1$implied$mean <- list(0 * b$mu, b$mu)
  h1$loglik <- h1$loglik.group <- b$logl
  g <- polish(f, h1)
  base <- polish(suppressWarnings(lav("lav_object_independence")(f)), h1)
  null <- list(chisq = 2 * (b$logl - as.numeric(logLik(base))), df = f@baseline$test[[1]]$df)
  g@baseline$test[[1]][c("stat", "df")] <- null
  al <- function(S) { k <- ncol(S); k / (k - 1) * (1 - sum(diag(S)) / sum(S)) }
  om <- function(e) { l <- sum(e$lambda)^2 * as.numeric(e$psi); l / (l + sum(e$theta)) }
  est <- lavInspect(g, "est"); at <- if (u$maximum) u else b
  out[[s]] <- list(
    alpha_within = al(at$W), alpha_between = al(at$B), Sw = at$W, Sb = at$B,
    icc_items = diag(at$B) / (diag(at$W) + diag(at$B)),
    omega_within = om(est[[1]]), omega_between = om(est[[2]]),
    compRelSEM_config = unclass(compRelSEM(g, config = "f", shared = "f")),
    compRelSEM_default = unclass(compRelSEM(g)),
    alpha_compRel = unclass(compRelSEM(g, tau.eq = TRUE, config = "f", shared = "f")),
    fit = as.list(fitMeasures(g, c("chisq", "df", "cfi", "rmsea", "srmr_within", "srmr_between"))),
    logl = list(factor = as.numeric(logLik(g)), independence = as.numeric(logLik(base)),
                psd = b$logl, free = if (u$maximum) u$logl else NULL),
    psd = list(Sw = b$W, Sb = b$B, mean = b$mu, rank = b$rank),
    polish = list(factor = attr(g, "polish"), independence = attr(base, "polish"),
      psd = b[c("gradient", "slope_across", "em_behind")],
      free = u[c("maximum", if (u$maximum) "gradient", "least_largest_group")]))
  m <- out[[s]]$fit; stopifnot(
    m$df == 0 || abs(m$chisq - 2 * (b$logl - as.numeric(logLik(g)))) < 1e-6,
    abs(m$cfi - (1 - max(m$chisq - m$df, 0) / (null$chisq - null$df))) < 1e-10)
  cat(s, "\n"); str(out[[s]][c("fit", "logl", "polish")])
}
write_json(out, "multilevel_reliability_exact.json", digits = NA, auto_unbox = TRUE,
           matrix = "rowmajor", null = "null", pretty = FALSE)
