# Whole fits by lavaan 0.7-2 of ordered variables with covariates (conditional.x = TRUE, its own
# choice) and with sampling weights.
#   Rscript lavaan.R LIBRARY [FOLDER]
# lavaan's searches stop early: its first stage is good to 2e-8, its correlations to 2e-7 (with a
# continuous variable; 2e-8 of two ordered ones), its estimates to 1e-6 (parameterization "theta": 5e-5),
# and no setting of nlminb's tolerances improves on it (tighter ones end in "false convergence"). So each
# search is lavaan's own, finished here: Newton's steps on lavaan's own slopes for the first stage, the root
# of its slope for each correlation, Newton's steps on its gradient for the estimates (baseline model
# included). Nothing else is touched: the robust fit measures are its "catML" discrepancy at these estimates.
at <- commandArgs(TRUE); library(lavaan, lib.loc = at[1]); library(jsonlite)
inside <- asNamespace("lavaan")
put <- function(name, new) { unlockBinding(name, inside); assign(name, new, inside) }
newer <- packageVersion("lavaan") > "0.7"
if (newer) local({
  raw <- get("lav_uvord_fit", inside); again <- get("lav_uvord_update_fit", inside)
  value <- get("lav_uvord_loglik_cache", inside); slope <- get("lav_uvord_grad_cache", inside); bend <- get("lav_uvord_hessian_cache", inside)
  put("lav_uvord_fit", function(..., output = "list") {
    cache <- raw(..., output = "cache"); fit <- raw(...); cache$theta <- fit$theta; value(cache); slope(cache)
    for (turn in 1:3) { cache$theta <- cache$theta - solve(bend(cache), slope(cache)); value(cache); slope(cache) }
    if (output == "cache") return(cache)
    again(fit, th_new = cache$theta[fit$th_idx], sl_new = if (length(fit$slope_idx)) cache$theta[fit$slope_idx])
  })
})
if (newer) for (pair in c("lav_bvord_", "lav_bvmix_")) local({
  name <- paste0(pair, "cor_twostep_fit"); raw <- get(name, inside)
  cache_of <- get(paste0(pair, "cache_from_args"), inside)
  value <- get(paste0(pair, "logl_cache"), inside); slope <- get(paste0(pair, "grad_cache"), inside)
  put(name, function(..., fit_y1, fit_y2, wt = NULL) {
    rho <- raw(..., fit_y1 = fit_y1, fit_y2 = fit_y2, wt = wt)
    cache <- cache_of(y1 = NULL, y2 = NULL, wt = wt, fit_y1 = fit_y1, fit_y2 = fit_y2)
    root <- uniroot(function(r) { cache$theta <- r; value(cache); slope(cache) },
                    as.numeric(rho) + c(-1e-4, 1e-4), tol = 1e-15)$root
    attributes(root) <- attributes(rho); root })
})
if (newer) local({
  raw <- get("lav_model_est", inside); gradient <- get("lav_model_grad", inside)
  parts <- get("lav_model_x2glist", inside); value <- get("lav_model_objective", inside)
  put("lav_model_est", function(lavmodel = NULL, lavsamplestats = NULL, lavdata = NULL, lavcache = list(), ...) {
    x <- raw(lavmodel = lavmodel, lavsamplestats = lavsamplestats, lavdata = lavdata, lavcache = lavcache, ...)
    if (!isTRUE(attr(x, "converged")) || !lavmodel@estimator %in% c("DWLS", "WLS", "ULS")) return(x)
    K <- if (lavmodel@eq.constraints) lavmodel@eq.constraints.K else diag(length(x))
    g <- function(v) drop(t(K) %*% gradient(lavmodel, glist = parts(lavmodel, v), lavsamplestats = lavsamplestats,
                                            lavdata = lavdata, lavcache = lavcache))
    now <- as.numeric(x)
    for (turn in 1:4) {
      H <- sapply(seq_len(ncol(K)), function(j) (g(now + 1e-5 * K[, j]) - g(now - 1e-5 * K[, j])) / 2e-5)
      now <- now - drop(K %*% solve(H, g(now)))
    }
    x[] <- now
    attr(x, "dx") <- g(now)
    attr(x, "fx") <- value(lavmodel, glist = parts(lavmodel, now), lavsamplestats = lavsamplestats,
                           lavdata = lavdata, lavcache = lavcache)
    x })
})
survey <- read.csv("survey.csv"); gaps <- read.csv("gaps.csv")
folder <- if (length(at) > 1) at[2] else "."
kept <- function(frame) {
  frame <- as.data.frame(frame)
  frame[, intersect(c("lhs", "op", "rhs", "group", "label", "free", "exo", "est", "est.std", "se", "mi", "epc", "sepc.all", "sepc.nox"), names(frame))]
}
plain <- function(x) if (is.data.frame(x)) lapply(split(x, factor(rownames(x), rownames(x))), as.list) else if (is.list(x)) lapply(x, plain) else
  if (is.null(dim(x))) as.numeric(x) else unclass(x)
tried <- function(code) { out <- try(code, silent = TRUE); if (inherits(out, "try-error")) list(refused = gsub("\\s+", " ", trimws(as.character(out)))) else out }
diagonal <- function(W) if (is.list(W)) lapply(W, diagonal) else as.numeric(if (is.matrix(W)) diag(W) else W)
fits <- list(); gammas <- list()
# `more` are lavaan's arguments; `ours` the same as fit_sem's.
case <- function(name, model, more = list(), data = "survey", estimator = "WLSMV", extra = FALSE) {
  items <- paste0("u", 1:6); items <- items[sapply(items, function(u) grepl(u, model))]
  notes <- character(0)
  fit <- withCallingHandlers(try(do.call("sem", c(list(model = model, data = get(data), ordered = items, estimator = estimator), more)), silent = TRUE),
                             warning = function(w) { notes <<- c(notes, conditionMessage(w)); invokeRestart("muffleWarning") })
  ours <- list(data = paste0(data, ".csv"), ordered = I(items), estimator = estimator)
  names_ours <- c(parameterization = "parameterization", group = "group", group.equal = "equal", cluster = "cluster", sampling.weights = "weights",
                  missing = "missing", std.lv = "std_lv")
  for (key in names(more)) { v <- more[[key]]; ours[[if (key %in% names(names_ours)) names_ours[[key]] else key]] <- if (key == "group.equal") I(v) else v }
  out <- list(version = as.character(packageVersion("lavaan")), model = model, arguments = ours)
  if (inherits(fit, "try-error")) { out$refused <- trimws(as.character(fit)); cat(name, "REFUSED", out$refused, "\n") } else {
    fits[[name]] <<- fit
    stats <- fit@SampleStats
    hush <- function(code) withCallingHandlers(tried(code), warning = function(w) { notes <<- c(notes, conditionMessage(w)); invokeRestart("muffleWarning") })
    residuals <- function(type) hush({ r <- lavResiduals(fit, type = type); lapply(if (stats@ngroups > 1) r[names(r) != "type"] else list(r), function(one) lapply(one[setdiff(names(one), "type")], plain)) })
    measures <- hush(as.list(fitMeasures(fit)))
    out <- c(out, list(
      converged = fit@optim$converged, gradient = max(abs(fit@optim$dx)), groups = if (stats@ngroups > 1) lavInspect(fit, "group.label"),
      nobs = I(unlist(fit@Data@nobs)), sum_of_weights = I(unlist(stats@nobs)),
      estimates = kept(parTable(fit)), standardized = kept(standardizedSolution(fit)),
      standardized_nox = if (fit@Model@conditional.x) kept(standardizedSolution(fit, type = "std.nox")),
      tests = lapply(fit@test, function(t) t[intersect(c("test", "stat", "df", "pvalue", "scaling.factor", "shift.parameter"), names(t))]),
      fit = measures, sampstat = plain(lavInspect(fit, "sampstat")), statistics_names = tried(names(unlist(lavInspect(fit, "wls.obs")))),
      statistics = stats@WLS.obs, implied = plain(lavInspect(fit, "wls.est")),
      weights_diagonal = if (estimator != "WLS") tried(diagonal(lavInspect(fit, "wls.v")))))
    gamma <- lapply(stats@NACOV, signif, 12)
    same <- names(gammas)[sapply(gammas, function(g) isTRUE(all.equal(g, gamma, tolerance = 1e-9)))]
    if (length(same)) out$gamma_in <- same[1] else { gammas[[name]] <<- gamma; out$gamma <- gamma }
    out$residuals_raw <- residuals("raw"); out$residuals <- residuals("cor.bentler")
    if (any(parTable(fit)$op == "=~")) out$scores <- hush({ p <- lavPredict(fit, method = "EBM", optim.method = "nlminb", assemble = FALSE); lapply(if (is.list(p)) p else list(p), function(one) head(unclass(one), 12)) })
    if (extra) out$modindices <- tried(kept(modindices(fit)))
    out$warnings <- I(unique(gsub("\\s+", " ", notes)))
    cat(name, fit@optim$converged, "npar", fit@Fit@npar, "df", fit@test[[1]]$df, "gradient", signif(max(abs(fit@optim$dx)), 1), out$warnings, "\n")
  }
  write(toJSON(out, digits = I(15), auto_unbox = TRUE, na = "null", null = "null", matrix = "rowmajor"), file.path(folder, paste0(name, ".json")))
}
items <- "f1 =~ u1 + u2 + u3\nf2 =~ u4 + u5 + u6\n"
mimic <- paste0(items, "f1 ~ x1 + x2 + x3\nf2 ~ x1 + x2 + x3\n")
direct <- paste0(mimic, "u3 ~ x2\n")
chain <- paste0(items, "f1 ~ x2\nf2 ~ f1 + x1\n")
small <- "f1 =~ u1 + u2 + u3\nf1 ~ x1 + x2\n"
mixed <- "f1 =~ u1 + u2 + u3 + y1 + y2\nf1 ~ x1 + x2\nu5 ~ x1 + f1\n"
path <- "u1 ~ x1 + x2\ny1 ~ x1 + x3\nu5 ~ x2 + x3\nu1 ~~ y1\n"
mediation <- "y1 ~ a*x1 + x2\nu1 ~ b*y1 + x1\nindirect := a*b\n"
one <- "f =~ u1 + u2 + u3 + u4 + u5 + u6\n"
half <- "f1 =~ u1 + u2 + u3 + y1\n"
labels <- paste0(items, "f1 ~ a*x1 + b*x2 + a*x3\nf2 ~ c*x1 + d*x2 + c*x3\ngap := b - d\nproduct := a*b\n")
across <- paste0(items, "f1 ~ a*x1 + b*x2 + x3\nf2 ~ a*x1 + d*x2 + x3\ngap := b - d\n")
written <- paste0(items, "f1 ~ a*x1 + b*x2 + x3\nf2 ~ c*x1 + d*x2 + x3\nc == 0.5*a\nb == d + 0.1\n")
theta <- list(parameterization = "theta"); w <- list(sampling.weights = "w"); g <- list(group = "g"); team <- list(cluster = "team")
same <- c("loadings", "thresholds")
case("mimic", mimic, extra = TRUE)
case("mimic_theta", mimic, theta)
case("direct", direct, extra = TRUE)
case("mixed", mixed, extra = TRUE)
case("mixed_theta", mixed, theta)
case("path", path)
case("groups", mimic, g)
case("groups_equal", mimic, c(g, list(group.equal = same)))
case("groups_equal_theta", mimic, c(g, theta, list(group.equal = c(same, "regressions"))))
case("weights", one, w)
case("weights_mixed", half, w)
case("weights_mimic", mimic, w)
case("ulsmv", mimic, estimator = "ULSMV")
case("uls", mimic, estimator = "ULS")
case("dwls", mimic, estimator = "DWLS")
case("wls", mimic, estimator = "WLS")
case("wls_small", small, estimator = "WLS")
case("wlsm", mimic, estimator = "WLSM")
case("wlsmvs", mimic, estimator = "WLSMVS")
case("chain", chain, list(std.lv = TRUE))
case("chain_theta", chain, c(theta, list(std.lv = TRUE)))
case("mediation", mediation)
case("mediation_theta", mediation, theta)
case("probit_binary", "u1 ~ x1 + x2 + x3\n")
case("probit_ordered", "u5 ~ x1 + x2 + x3\n")
case("labels", labels)
case("across", across)
case("written", written)
case("groups_mixed_theta", mixed, c(g, theta, list(group.equal = same)))
case("cluster", mimic, team)
case("cluster_mixed", mixed, team)
case("cluster_plain", one, team)
case("cluster_groups", mimic, c(g, team))
case("pairwise", mimic, list(missing = "pairwise"), data = "gaps")
case("pairwise_mixed", mixed, list(missing = "pairwise"), data = "gaps")
case("pairwise_plain", one, list(missing = "pairwise"), data = "gaps")
case("listwise", mimic, list(missing = "listwise"), data = "gaps")
case("weights_theta", one, c(w, theta))
case("weights_ulsmv", one, w, estimator = "ULSMV")
case("weights_wls", one, w, estimator = "WLS")
case("weights_groups", one, c(w, g, list(group.equal = same)))
case("weights_groups_total", one, c(w, g, list(group.equal = same, sampling.weights.normalization = "total")))
case("weights_groups_mimic", mimic, c(w, g))
case("weights_cluster", one, c(w, team))
case("weights_cluster_mimic", mimic, c(w, team))
case("weights_pairwise", one, c(w, list(missing = "pairwise")), data = "gaps")
# Nested pairs: lavaan's scaled difference.
lrt <- function(large, small, ...) tried(lapply(split(as.data.frame(lavTestLRT(fits[[large]], fits[[small]], ...)), c("large", "small")), as.list))
write(toJSON(list(version = as.character(packageVersion("lavaan")),
                  direct_mimic = lrt("direct", "mimic"), groups_groups_equal = lrt("groups", "groups_equal"), mimic_across = lrt("mimic", "across"),
                  mimic_labels = lrt("mimic", "labels"),
                  direct_mimic_2001 = lrt("direct", "mimic", method = "satorra.bentler.2001")),
             digits = I(15), auto_unbox = TRUE, na = "null", null = "null"), file.path(folder, "lrt.json"))
