# What lavaan 0.6-14 leaves undone for two levels, done to the end by lavaan's own functions:
# exact() takes a fitted model and returns it with
#  - the model, the unrestricted model and the baseline model at their optima (Newton steps on
#    lavaan's own gradients; its EM for the unrestricted model stops at a gain of 1e-4, its
#    optimiser at 1e-10),
#  - groups weighted as in the log-likelihood (0.6-14 weights the log-likelihoods of groups by their
#    size once more; changed in 0.6-19),
#  - limits of RMSEA with the root searched to the end (lavaan stops uniroot at 1.2e-4),
#  - robust errors and tests from cluster scores that are differences of the dense normal density of
#    every cluster, written here; nothing of lavaan's scores is used (they drop the derivative by the
#    within mean of variables at both levels, and are not written for missing values).
suppressMessages({library(lavaan); library(jsonlite)})
own <- asNamespace("lavaan")
put <- function(name, f) { environment(f) <- own; assignInNamespace(name, f, "lavaan") }

source("limits_function.R")

# ---- errors of standardised values: derivatives by Richardson's extrapolation; lavaan's forward
# differences leave 1e-8, which is all there is where a derivative is near 0
standardised <- function(g) {
  before <- own$lav_func_jacobian_complex
  assignInNamespace("lav_func_jacobian_complex", function(func, x, h = NULL, ..., fallback.simple = TRUE) numDeriv::jacobian(func, x, ...), "lavaan")
  on.exit(assignInNamespace("lav_func_jacobian_complex", before, "lavaan"))
  as.data.frame(standardizedSolution(g, ci = FALSE))
}

# ---- log density of every cluster (dense normal; missing values left out)
densities <- function(Y1, Lp, Mu.W, Sigma.W, Mu.B, Sigma.B) {
  w <- Lp$ov.idx[[1]]; b <- Lp$ov.idx[[2]]; only <- setdiff(b, w); id <- Lp$cluster.idx[[2]]
  members <- split(seq_along(id), id); size <- lengths(members); out <- numeric(length(members))
  for (n in unique(size)) {
    name <- c(rep(w, n), only); unit <- c(rep(seq_len(n), each = length(w)), rep(0, length(only)))
    at.b <- match(name, b); at.w <- match(name, w); at.w[unit == 0] <- NA
    mu <- ifelse(is.na(at.w), 0, Mu.W[at.w]) + ifelse(is.na(at.b), 0, Mu.B[at.b])
    B <- Sigma.B[at.b, at.b]; B[is.na(B)] <- 0
    W <- Sigma.W[at.w, at.w]; W[is.na(W)] <- 0
    V <- B + W * outer(unit, unit, "==")
    same <- which(size == n)
    y <- sapply(members[same], function(rows) c(t(Y1[rows, w, drop = FALSE]), Y1[rows[1], only])) - mu
    y <- matrix(y, ncol = length(same))
    whole <- if (anyNA(y)) NULL else chol(V)
    for (k in seq_along(same)) {
      keep <- !is.na(y[, k]); R <- if (is.null(whole)) chol(V[keep, keep]) else whole
      r <- backsolve(R, y[keep, k], transpose = TRUE)
      out[same[k]] <- -0.5 * (sum(keep) * log(2 * pi) + 2 * sum(log(diag(R))) + sum(r^2))
    }
  }
  out
}
moments <- function(x, nw, nb) {
  sw <- nw * (nw + 1) / 2; sb <- nb * (nb + 1) / 2
  list(Mu.W = x[1:nw], Sigma.W = lav_matrix_vech_reverse(x[nw + 1:sw]),
       Mu.B = x[nw + sw + 1:nb], Sigma.B = lav_matrix_vech_reverse(x[nw + sw + nb + 1:sb]))
}
flat <- function(m) c(m$Mu.W, lav_matrix_vech(m$Sigma.W), m$Mu.B, lav_matrix_vech(m$Sigma.B))
difference <- function(f, x, h = 5e-4) sapply(seq_along(x), function(k) {
  d <- rep(0, length(x)); d[k] <- h
  (8 * (f(x + d) - f(x - d)) - (f(x + 2 * d) - f(x - 2 * d))) / (12 * h)
})
known <- new.env()
dense_scores <- function(Y1, Lp, m) { # lavaan asks for the same scores several times
  nw <- length(m$Mu.W); nb <- length(m$Mu.B); key <- paste(format(c(flat(m), dim(Y1)), digits = 17), collapse = " ")
  if (is.null(known[[key]])) known[[key]] <- slow_scores(Y1, Lp, m, nw, nb)
  known[[key]]
}
slow_scores <- function(Y1, Lp, m, nw, nb) {
  difference(function(x) do.call(densities, c(list(Y1, Lp), moments(x, nw, nb))), flat(m))
}
# lavaan's scores are derivatives of minus twice the log-likelihood.
put("lav_mvnorm_cluster_scores_2l", eval(bquote(function(Y1 = NULL, YLp = NULL, Lp = NULL, Mu.W = NULL, Sigma.W = NULL, Mu.B = NULL, Sigma.B = NULL, Sinv.method = "eigen")
  -2 * .(dense_scores)(Y1, Lp, list(Mu.W = Mu.W, Sigma.W = Sigma.W, Mu.B = Mu.B, Sigma.B = Sigma.B)))))
# First-order information of the model: clusters of all groups count alike.
first <- own$lav_model_information_firstorder
put("lav_model_information_firstorder", eval(bquote(function(lavmodel = NULL, lavsamplestats = NULL, lavdata = NULL, lavimplied = NULL, lavh1 = NULL, lavcache = NULL, lavoptions = NULL, check.pd = FALSE, extra = FALSE, augmented = FALSE, inverted = FALSE, use.ginv = FALSE) {
  s <- lavsamplestats
  if (lavdata@nlevels > 1L) s@nobs <- lapply(lavdata@Lp, function(l) l$nclusters[[2]])
  if (lavdata@nlevels > 1L) s@ntotal <- sum(unlist(s@nobs))
  out <- .(first)(lavmodel, s, lavdata, lavimplied, lavh1, lavcache, lavoptions, check.pd, extra, augmented, inverted, use.ginv)
  if (lavdata@nlevels > 1L && extra) { # the trace weights by cases what is weighted by clusters
    b <- attr(out, "B0.group")
    for (g in seq_along(b)) b[[g]] <- b[[g]] * (s@nobs[[g]] / s@ntotal) / (lavsamplestats@nobs[[g]] / lavsamplestats@ntotal)
    attr(out, "B0.group") <- b
  }
  out
})))

# ---- lavaan's log-likelihood of one group and its gradient by the moments (data and statistics of a fit)
group_logl <- function(data, stats, g, m) {
  Lp <- data@Lp[[g]]; Y <- stats@YLp[[g]]
  if (stats@missing.flag)
    own$lav_mvnorm_cluster_missing_loglik_samplestats_2l(Y1 = data@X[[g]], Y2 = Y[[2]]$Y2, Lp = Lp, Mp = data@Mp[[g]],
      Mu.W = m$Mu.W, Sigma.W = m$Sigma.W, Mu.B = m$Mu.B, Sigma.B = m$Sigma.B, loglik.x = Y[[2]]$loglik.x, log2pi = TRUE, minus.two = FALSE)
  else own$lav_mvnorm_cluster_loglik_samplestats_2l(YLp = Y, Lp = Lp, Mu.W = m$Mu.W, Sigma.W = m$Sigma.W, Mu.B = m$Mu.B, Sigma.B = m$Sigma.B, log2pi = TRUE, minus.two = FALSE)
}
group_slope <- function(data, stats, g, m) {
  Lp <- data@Lp[[g]]; Y <- stats@YLp[[g]]
  (if (stats@missing.flag)
    own$lav_mvnorm_cluster_missing_dlogl_2l_samplestats(Y1 = data@X[[g]], Y2 = Y[[2]]$Y2, Lp = Lp, Mp = data@Mp[[g]],
      Mu.W = m$Mu.W, Sigma.W = m$Sigma.W, Mu.B = m$Mu.B, Sigma.B = m$Sigma.B)
   else own$lav_mvnorm_cluster_dlogl_2l_samplestats(YLp = Y, Lp = Lp, Mu.W = m$Mu.W, Sigma.W = m$Sigma.W, Mu.B = m$Mu.B, Sigma.B = m$Sigma.B)) / -2
}
jacobian <- function(f, x, h = 1e-4) { H <- difference(f, x, h); (H + t(H)) / 2 }
split_means <- function(Lp) which(Lp$ov.idx[[1]] %in% Lp$ov.idx[[2]]) # fixed at 0 within

# Observed information of the unrestricted model with missing values, which 0.6-14 takes for complete.
complete <- own$lav_mvnorm_cluster_information_observed
incomplete <- function(data, stats, g, m, x.idx) {
  Lp <- data@Lp[[g]]; x <- flat(m); nw <- length(m$Mu.W); nb <- length(m$Mu.B); sw <- nw * (nw + 1) / 2
  xw <- which(Lp$ov.idx[[1]] %in% x.idx); xb <- which(Lp$ov.idx[[2]] %in% x.idx)
  zero <- c(split_means(Lp), xw, if (length(xw)) nw + lav_matrix_vech_which_idx(n = nw, idx = xw),
            if (length(xb)) nw + sw + c(xb, nb + lav_matrix_vech_which_idx(n = nb, idx = xb)))
  free <- setdiff(seq_along(x), zero); I <- matrix(0, length(x), length(x))
  I[free, free] <- -jacobian(function(z) { y <- x; y[free] <- z; group_slope(data, stats, g, moments(y, nw, nb))[free] }, x[free]) / Lp$nclusters[[2]]
  I
}
put("lav_mvnorm_cluster_information_observed", eval(bquote(function(Lp = NULL, YLp = NULL, Mu.W = NULL, Sigma.W = NULL, Mu.B = NULL, Sigma.B = NULL, x.idx = integer(0L), Sinv.method = "eigen") {
  from <- parent.frame()
  if (from$lavsamplestats@missing.flag) .(incomplete)(from$lavdata, from$lavsamplestats, from$g, list(Mu.W = Mu.W, Sigma.W = Sigma.W, Mu.B = Mu.B, Sigma.B = Sigma.B), x.idx)
  else .(complete)(Lp, YLp, Mu.W, Sigma.W, Mu.B, Sigma.B, x.idx, Sinv.method)
})))

# ---- the unrestricted model at its optimum
unrestricted <- function(f, start = NULL) {
  G <- f@Data@ngroups
  out <- list(implied = list(cov = vector("list", 2 * G), mean = vector("list", 2 * G)), loglik = 0, loglik.group = numeric(G))
  gradient <- smallest <- numeric(G)
  for (g in 1:G) {
    b <- 2 * g - 1:0; s <- if (is.null(start)) f@h1$implied else start
    m <- list(Mu.W = s$mean[[b[1]]], Sigma.W = s$cov[[b[1]]], Mu.B = s$mean[[b[2]]], Sigma.B = s$cov[[b[2]]])
    Lp <- f@Data@Lp[[g]]; nw <- length(m$Mu.W); nb <- length(m$Mu.B)
    both <- split_means(Lp); at <- match(Lp$ov.idx[[1]][both], Lp$ov.idx[[2]])
    m$Mu.B[at] <- m$Mu.B[at] + m$Mu.W[both]; m$Mu.W[both] <- 0
    x <- flat(m); free <- setdiff(seq_along(x), both); N <- f@SampleStats@nobs[[g]]
    ev <- function(z) { y <- x; y[free] <- z; group_slope(f@Data, f@SampleStats, g, moments(y, nw, nb))[free] / N }
    for (i in 1:12) {
      H <- jacobian(ev, x[free]); s <- ev(x[free]); step <- -solve(H, s)
      x[free] <- x[free] + step
      if (sum(step * s) < 1e-24) break
    }
    m <- moments(x, nw, nb)
    out$implied$cov[[b[1]]] <- m$Sigma.W; out$implied$cov[[b[2]]] <- m$Sigma.B
    out$implied$mean[[b[1]]] <- m$Mu.W; out$implied$mean[[b[2]]] <- m$Mu.B
    out$loglik.group[g] <- group_logl(f@Data, f@SampleStats, g, m)
    gradient[g] <- max(abs(ev(x[free]))); smallest[g] <- min(eigen(m$Sigma.B)$values)
    stopifnot(max(eigen(jacobian(ev, x[free]))$values) < 0, smallest[g] > 0, gradient[g] < 1e-10)
  }
  out$loglik <- sum(out$loglik.group)
  attr(out, "about") <- list(unrestricted_gradient = max(gradient), smallest_eigenvalue = min(smallest))
  out
}

# ---- a model at its optimum, everything else by lavaan there
polish <- function(f, h1, steps = 8) {
  m <- f@Model; x0 <- own$lav_model_get_parameters(m)
  if (!length(x0)) return(f)
  ev <- function(x) as.numeric(own$lav_model_gradient(own$lav_model_set_parameters(m, x), lavsamplestats = f@SampleStats,
    lavdata = f@Data, lavcache = f@Cache, type = "free", group.weight = FALSE))
  K <- if (nrow(m@eq.constraints.K) > 0 && ncol(m@eq.constraints.K) > 0) m@eq.constraints.K else diag(length(x0))
  value <- function(x) { im <- own$lav_model_implied(own$lav_model_set_parameters(m, x))
    sum(sapply(1:f@Data@ngroups, function(g) group_logl(f@Data, f@SampleStats, g, list(Mu.W = im$mean[[2 * g - 1]], Sigma.W = im$cov[[2 * g - 1]], Mu.B = im$mean[[2 * g]], Sigma.B = im$cov[[2 * g]])))) }
  # Is lavaan's gradient that of its own log-likelihood?
  numeric <- -as.numeric(t(K) %*% difference(value, x0, 1e-3)) / f@SampleStats@ntotal
  wrong <- max(abs(numeric - as.numeric(t(K) %*% ev(x0))))
  x <- x0
  for (i in 1:steps) {
    H <- t(K) %*% difference(ev, x, 1e-4) %*% K; s <- as.numeric(t(K) %*% ev(x)); step <- -solve(H, s)
    x <- x + as.numeric(K %*% step)
    if (-sum(step * s) < 1e-26) break
  }
  stopifnot(min(eigen(H, symmetric = TRUE)$values) > 0)
  p <- parTable(f); at <- p$free > 0
  p$est[at] <- x[p$free[at]]; p$start <- p$est; p$ustart[at] <- p$est[at]
  o <- f@Options; o$optim.method <- "none"; o$optim.force.converged <- TRUE; o$baseline <- FALSE; o$h1 <- TRUE; o$check.gradient <- FALSE
  g <- lavaan(slotOptions = o, slotParTable = as.list(p), slotSampleStats = f@SampleStats, slotData = f@Data, slotCache = f@Cache, sloth1 = h1)
  attr(g, "about") <- list(gradient_before = max(abs(t(K) %*% ev(x0))), gradient_after = max(abs(t(K) %*% ev(x))), moved = max(abs(x - x0)), gradient_wrong = wrong)
  g
}
exact <- function(f, start = NULL) {
  h1 <- unrestricted(f, start)
  about <- attr(h1, "about"); attr(h1, "about") <- NULL
  f@h1 <- h1
  g <- polish(f, h1)
  base <- polish(own$lav_object_independence(g, se = TRUE), h1) # without errors its robust test fails with missing values
  g@baseline <- list(partable = base@ParTable, test = base@test)
  attr(g, "about") <- c(attr(g, "about"), about, baseline_gradient = attr(base, "about")$gradient_after)
  g
}
dump <- function(g, name, wanted = commandArgs(TRUE)) {
  if (length(wanted) && !(name %in% wanted)) return(invisible()) # the fit is then never run
  r <- list(pe = as.data.frame(parameterEstimates(g, ci = FALSE)), std = standardised(g),
            fm = as.list(fitMeasures(g)),
            icc = if (g@Data@ngroups == 1L) as.list(lavInspect(g, "icc")), about = attr(g, "about"))
  writeLines(toJSON(r, digits = NA, auto_unbox = TRUE, na = "null"), paste0("exact/", name, ".json"))
  cat(name, unlist(r$about), "\n")
}
