# Pairwise maximum likelihood by lavaan 0.7-2: complete answers, gaps, groups, theta parameters, chi-square by
# a saturated model that is searched (ordinal_pml_missing.json holds one whose search was switched off).
# Usage: Rscript pml07.R DATA_FOLDER OUT_FOLDER
suppressMessages(library(lavaan)); library(jsonlite)
args <- commandArgs(TRUE); D <- paste0(args[1], "/"); O <- paste0(args[2], "/")
stopifnot(packageVersion("lavaan") >= "0.7.2")
lm <- read.csv(paste0(D, "likert_missing.csv")); u8 <- paste0("u", 1:8)
two <- "f1 =~ u1+u2+u3+u4\nf2 =~ u5+u6+u7+u8"
path <- "f1 =~ u1+u2+u3\nf2 =~ a*u4+u5+a*u6\nf2 ~ b*f1\nu7 ~ c*f2\nind := b*c"

two_cut <- lm; for (u in u8[c(1, 3, 6)]) two_cut[[u]] <- as.integer(lm[[u]] > 2)
# Newton steps on lavaan's own gradient until it vanishes, then estimates and errors at that point (as in sem07);
# fit measures are those of the search, whose saturated model a second fit without search would not look for.
polish <- function(f, steps = 4) {
  m <- f@Model; x0 <- lavaan:::lav_model_get_parameters(m)
  ev <- function(x) as.numeric(lavaan:::lav_model_grad(lavaan:::lav_model_set_parameters(m, x), lavsamplestats = f@SampleStats, lavdata = f@Data, lavcache = f@Cache, type = "free"))
  K <- if (nrow(m@eq.constraints.K) > 0 && ncol(m@eq.constraints.K) > 0) m@eq.constraints.K else diag(length(x0))
  x <- x0
  for (i in 1:steps) {
    H <- sapply(seq_len(ncol(K)), function(j) { d <- K[, j] * 1e-5; as.numeric(t(K) %*% (ev(x + d) - ev(x - d))) / 2e-5 })
    x <- x - as.numeric(K %*% solve(H, t(K) %*% ev(x)))
  }
  p <- parTable(f); p$est[p$free > 0] <- x[p$free[p$free > 0]]; p$start <- p$est; p$ustart[p$free > 0] <- p$est[p$free > 0]
  o <- f@Options; o$optim.method <- "none"; o$optim.force.converged <- TRUE
  g <- lavaan(slotOptions = o, slotParTable = as.list(p), slotSampleStats = f@SampleStats, slotData = f@Data, slotCache = f@Cache)
  list(fit = g, gradient_before = max(abs(t(K) %*% ev(x0))), gradient_after = max(abs(t(K) %*% ev(x))), moved = max(abs(x - x0)))
}
run <- function(model, data, ...) {
  f <- sem(model, data, estimator = "PML", ...)
  if (!lavInspect(f, "converged")) { cat("did not converge\n"); return(NULL) }
  there <- polish(f); p <- parameterEstimates(there$fit); s <- standardizedSolution(there$fit)
  list(model = model, options = list(...)[setdiff(names(list(...)), "ordered")], lavaan = as.character(packageVersion("lavaan")),
       pe = p[, intersect(c("lhs","op","rhs","group","label","est","se","z","pvalue"), names(p))],
       polish = there[-1], std = s, fm = as.list(unclass(fitMeasures(f))))
}
out <- list(
  missing = run(two, lm, ordered = u8, missing = "available.cases"),
  complete = run(two, lm, ordered = u8),
  theta = run(two, lm, ordered = u8, missing = "available.cases", parameterization = "theta", std.lv = TRUE),
  groups = run(two, lm, ordered = u8, missing = "available.cases", group = "school"),
  path = run(path, lm, ordered = u8[1:7], missing = "available.cases"),
  two_cut = run(two, two_cut, ordered = u8, missing = "available.cases")
)
write_json(out, paste0(O, "pml.json"), digits = NA, auto_unbox = TRUE, na = "null", pretty = 1)
