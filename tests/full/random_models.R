# Fits of lavaan for random_models.py: Rscript random_models.R FOLDER reads FOLDER/cases.json, writes FOLDER/lavaan.json.
# Where lavaan's own fit is not ours, its search begins again at our estimates, with a tight tolerance ("again").
suppressMessages({library(lavaan); library(jsonlite)})
folder <- commandArgs(TRUE)[1]
cases <- fromJSON(file.path(folder, "cases.json"), simplifyVector = FALSE)
flat <- function(x) if (is.null(x)) NULL else unlist(x)
fit <- function(case, ...) {
  o <- case$options
  arguments <- list(model = case$model, data = read.csv(file.path(folder, case$data)), ...)
  for (n in names(o)) arguments[[n]] <- flat(o[[n]])
  said <- character(0)
  f <- withCallingHandlers(tryCatch(do.call(case$fun, arguments), error = function(e) e),
                           warning = function(w) { said <<- c(said, conditionMessage(w)); invokeRestart("muffleWarning") })
  if (inherits(f, "error")) return(list(error = conditionMessage(f)))
  out <- list(converged = lavInspect(f, "converged"), warnings = said)
  if (!out$converged) return(out)
  p <- parameterEstimates(f, remove.nonfree = FALSE); p <- p[!p$op %in% c("==", "<", ">"), ]
  for (n in c("level", "group")) if (is.null(p[[n]])) p[[n]] <- 1L
  if (is.null(p$se)) p$se <- NA
  out$rows <- lapply(seq_len(nrow(p)), function(i) list(p$lhs[i], p$op[i], p$rhs[i], p$level[i], p$group[i], p$est[i], p$se[i]))
  m <- tryCatch(suppressWarnings(fitMeasures(f)), error = function(e) numeric(0))
  out$fmin <- lavInspect(f, "optim")$fx
  out$measures <- as.list(unclass(m)); out$fit <- f; out
}
started <- function(case) {
  p <- parTable(case$found$fit); key <- paste(p$lhs, p$op, p$rhs, if (is.null(p$level)) 1 else p$level, p$group)
  ours <- sapply(case$ours, function(r) paste(r[[1]], r[[2]], r[[3]], r[[4]], r[[5]]))
  swapped <- sapply(case$ours, function(r) paste(r[[3]], r[[2]], r[[1]], r[[4]], r[[5]]))
  value <- sapply(case$ours, function(r) r[[6]])
  at <- match(key, ours); at[is.na(at)] <- match(key[is.na(at)], swapped)
  p$ustart[p$free > 0 & !is.na(at)] <- value[at[p$free > 0 & !is.na(at)]]
  p$start <- NULL; p$est <- NULL; p$se <- NULL; as.data.frame(p)
}
away <- function(case, found) {
  key <- function(r) paste(r[[1]], r[[2]], r[[3]], r[[4]], r[[5]])
  ours <- setNames(sapply(case$ours, function(r) r[[6]]), sapply(case$ours, key))
  gap <- sapply(found$rows, function(r) { v <- ours[key(r)]; if (is.na(v)) 0 else abs(v - r[[6]]) / max(1, abs(v)) })
  length(gap) == 0 || max(gap, na.rm = TRUE) > 2e-5
}
out <- lapply(cases, function(case) {
  found <- fit(case); f <- found$fit; found$fit <- NULL
  if (!is.null(f) && length(case$ours) && away(case, found)) {
    case$found <- list(fit = f); again <- case; again$model <- started(case)
    r <- tryCatch(fit(again, control = list(rel.tol = 1e-14, eval.max = 20000, iter.max = 20000)), error = function(e) list(error = conditionMessage(e)))
    r$fit <- NULL; found$again <- r
  }
  found
})
write_json(list(lavaan = as.character(packageVersion("lavaan")), cases = out), file.path(folder, "lavaan.json"), digits = NA, auto_unbox = TRUE, na = "null")
