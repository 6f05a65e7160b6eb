# GFI of lavaan 0.7 in all its versions (likelihood ratio and residual-based, robust, with limits).
# Usage: Rscript gfi.R SEM_DATA_FOLDER SEM07_FOLDER OUT_FOLDER   (needs lavaan >= 0.7.2)
suppressMessages(library(lavaan)); library(jsonlite)
args <- commandArgs(TRUE); D <- paste0(args[1], "/"); H <- paste0(args[2], "/"); O <- paste0(args[3], "/")
stopifnot(packageVersion("lavaan") >= "0.7.2")
# Newton steps on lavaan's own gradient until it vanishes, then everything at that point (as in ../sem/sem.R)
polish <- function(f, steps = 5) {
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
  if (max(abs(t(K) %*% ev(x))) > max(abs(t(K) %*% ev(x0)))) stop("the gradient did not fall")
  attr(g, "polish") <- list(gradient_before = max(abs(t(K) %*% ev(x0))), gradient_after = max(abs(t(K) %*% ev(x))), moved = max(abs(x - x0)))
  g
}
hs <- read.csv(paste0(D, "hs.csv"))
tl <- read.csv(paste0(D, "twolevel.csv")); lm <- read.csv(paste0(H, "likert_missing.csv"))
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
mimic <- paste(three, "visual ~ ageyr + grade\ntextual ~ ageyr", sep = "\n")
two <- paste0("level: 1\nf =~ y1 + y2 + y3\nlevel: 2\ng =~ y1 + y2 + y3\ng ~ w1\ny1 ~ 0*w1")
likert <- "f1 =~ u1+u2+u3+u4\nf2 =~ u5+u6+u7+u8"
hsm <- hs; hsm$x5[seq(3, 301, 7)] <- NA; hsm$x9[seq(2, 301, 9)] <- NA
cases <- list(
  ml = list(three, hs, list()), mlr = list(three, hs, list(estimator = "MLR")),
  mlm = list(three, hs, list(estimator = "MLM")), mlmv = list(three, hs, list(estimator = "MLMV")),
  gls = list(three, hs, list(estimator = "GLS")), uls = list(three, hs, list(estimator = "ULS")),
  wishart = list(three, hs, list(likelihood = "wishart")),
  covariates = list(mimic, hs, list()), covariates_mlr = list(mimic, hs, list(estimator = "MLR")),
  random_x = list(mimic, hs, list(fixed.x = FALSE)),
  metric = list(three, hs, list(group = "school", group.equal = "loadings")),
  scalar_mlm = list(three, hs, list(estimator = "MLM", group = "school", group.equal = c("loadings", "intercepts"))),
  configural = list(three, hs, list(group = "school")),
  fiml = list(three, hsm, list(missing = "ml")), fiml_mlr = list(three, hsm, list(missing = "ml", estimator = "MLR")),
  two = list(two, tl, list(cluster = "cluster")), two_mlr = list(two, tl, list(cluster = "cluster", estimator = "MLR")),
  wlsmv = list(likert, lm, list(ordered = TRUE)), wlsm = list(likert, lm, list(ordered = TRUE, estimator = "WLSM")),
  dwls = list(likert, lm, list(ordered = TRUE, estimator = "DWLS")))
names_of <- c("gfi_lrt", "gfi_rls", "gfi_lisrel", "agfi_lisrel", "pgfi")
names_of <- c(names_of, as.vector(outer(c("gfi_lrt", "gfi_rls"), c(".ci.lower", ".ci.upper", ".robust", ".ci.lower.robust", ".ci.upper.robust"), paste0)))
out <- lapply(cases, function(case) {
  f <- suppressWarnings(do.call(sem, c(list(case[[1]], case[[2]]), case[[3]])))
  if (!lavInspect(f, "converged")) stop("no optimum")
  if (!"likelihood" %in% names(case[[3]])) f <- suppressWarnings(polish(f))
  m <- lapply(setdiff(names_of, if (length(f@Data@nlevels) && f@Data@nlevels > 1) c("gfi_lisrel", "agfi_lisrel", "pgfi")), function(n) {
    v <- suppressWarnings(try(as.numeric(fitMeasures(f, n)), silent = TRUE)); if (inherits(v, "try-error") || !length(v)) NULL else setNames(v, n) })
  list(model = case[[1]], options = case[[3]], gfi = as.list(unlist(m)), polish = attr(f, "polish"))
})
write_json(list(lavaan = as.character(packageVersion("lavaan")), cases = out), paste0(O, "gfi.json"), digits = 15, auto_unbox = TRUE, na = "null", pretty = 1)
