# What lavaan 0.6-14 would print if it finished its own computations. Sourced by live.R and live_more.R.
#
# exact_limits(fit): the confidence limits of RMSEA by lavaan's own functions, with uniroot's tolerance at 1e-14 instead of
#   its default of 1.22e-4.
# mended_robust(fit): robust CFI, TLI and RMSEA of incomplete data by lavaan's own functions, with two slips mended. (1) To
#   take the complete-data weight, lav_fit_fiml_corrected refits with the default fixed.x = TRUE, whatever the model has:
#   the weights of covariates are then zero. (2) The refit cuts group sizes that are no whole numbers (sampling weights with
#   groups) down to whole numbers, and its chi-square with them.
patched <- function(name, pairs, expr) {
  ns <- asNamespace("lavaan"); old <- get(name, ns)
  code <- paste(deparse(old, width.cutoff = 500L), collapse = "\n")
  code <- sub("\n<bytecode.*", "", code)
  for (p in pairs) { stopifnot(grepl(p[1], code, fixed = TRUE)); code <- gsub(p[1], p[2], code, fixed = TRUE) }
  new <- eval(parse(text = code), ns); environment(new) <- ns
  put <- function(f) { unlockBinding(name, ns); assign(name, f, ns); lockBinding(name, ns) }
  put(new); on.exit(put(old)); force(expr)
}
exact_limits <- function(fit) patched("lav_fit_rmsea_ci", list(c("uniroot(", "uniroot(tol = 1e-14, maxiter = 10000L, ")), {
  x <- fitMeasures(fit); as.list(unclass(x[grepl("^rmsea.ci.(lower|upper)", names(x))]))
})
mended <- list(
  c("lavaan(model = parTable(", "lavaan(fixed.x = lavobject@Options$fixed.x, model = parTable("),
  c("fit.tilde@test[[1]]$stat", "sum(fit.tilde@test[[1]]$stat.group / unlist(fit.tilde@SampleStats@nobs) * sample.nobs)"),
  c("fitB.tilde@test[[1]]$stat", "sum(fitB.tilde@test[[1]]$stat.group / unlist(fitB.tilde@SampleStats@nobs) * sample.nobs)"))
with_mended <- function(expr) patched("lav_fit_fiml_corrected", mended, expr)
mended_robust <- function(fit) with_mended({
  x <- as.list(unclass(fitMeasures(fit))); x <- x[grepl("robust$", names(x))]
  modifyList(x, { l <- exact_limits(fit); l[grepl("robust$", names(l))] })
})
