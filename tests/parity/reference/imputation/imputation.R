# Pooled tests and fit measures of multiply imputed data: lavaan.mi 0.1-1 on lavaan 0.7-2
# (github.com/TDJorgensen/lavaan.mi, July 2026). Usage: Rscript imputation.R ../sem/data/hs.csv OUT.json
suppressMessages({library(lavaan); library(lavaan.mi)}); library(jsonlite)
stopifnot(packageVersion("lavaan") >= "0.7.2")
args <- commandArgs(TRUE); hs <- read.csv(args[1])
# Imputations by formula, so that Python makes the same
imp <- lapply(0:4, function(k) {
  f <- hs; rows <- seq(1 + k %% 3, 301, by = 4)
  f$x1[rows] <- round(f$x1[rows] + 0.3 * sin(rows * (k + 1)), 4)
  f$x5[rows] <- round(f$x5[rows] + 0.4 * cos(rows * (k + 2)), 4); f })
ord <- lapply(imp, function(f) { for (v in paste0("x", 1:6)) f[[v]] <- findInterval(f[[v]], c(2.5, 3.5, 4.5)); f })
two <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
same <- "visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + x5 + x6"
paths <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nvisual ~ ageyr\ntextual ~ visual + ageyr"
test <- function(f, ...) {
  x <- suppressMessages(suppressWarnings(lavTestLRT.mi(f, asANOVA = FALSE, ...))); as.list(unclass(x)[!is.na(names(x))])
}
measures <- function(f, p) as.list(unclass(suppressMessages(suppressWarnings(fitMeasures(f, pool.method = p)))))
one <- function(model, data, methods = c("D2", "D3", "D4"), ...) {
  f <- suppressWarnings(sem.mi(model, data, ...)); out <- list(model = model)
  pe <- parameterEstimates.mi(f, scale.W = FALSE); out$pe <- pe[, intersect(c("lhs", "op", "rhs", "group", "est", "se", "df"), names(pe))]
  robust <- length(f@testList[[1]]) > 1
  for (p in methods) { out[[p]] <- test(f, pool.method = p); out[[paste(p, "measures")]] <- measures(f, p) }
  if (robust) out[["D2 scaled"]] <- test(f, pool.robust = TRUE)
  out
}
difference <- function(a, b, data, methods = c("D2", "D3", "D4"), ...) {
  f <- suppressWarnings(sem.mi(a, data, ...)); g <- suppressWarnings(sem.mi(b, data, ...)); out <- list(model = a, other = b)
  for (p in methods) out[[p]] <- test(f, g, pool.method = p)
  if (length(f@testList[[1]]) > 1) out[["D2 scaled"]] <- test(f, g, pool.robust = TRUE)
  out
}
out <- list(
  lavaan = as.character(packageVersion("lavaan")), lavaan.mi = as.character(packageVersion("lavaan.mi")),
  ml = one(two, imp), mlr = one(two, imp, estimator = "MLR"), mlm = one(two, imp, estimator = "MLM"),
  covariates = one(paths, imp), groups = one(two, imp, group = "school", group.equal = "loadings"),
  wlsmv = one(two, ord, "D2", ordered = paste0("x", 1:6)),
  difference_ml = difference(two, same, imp), difference_mlm = difference(two, same, imp, estimator = "MLM"))
write_json(out, args[2], digits = NA, auto_unbox = TRUE, na = "null", pretty = 1)
