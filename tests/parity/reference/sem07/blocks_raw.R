# Exploratory blocks of lavaan 0.7 with loadings as they are (std.ov = FALSE): lavaan standardises
# rotated loadings as if factors were uncorrelated when it forms errors, so that only without
# standardising do its errors belong to its own criterion.
# Usage: Rscript blocks_raw.R SEM07_FOLDER OUT_FOLDER   (needs lavaan >= 0.7.2)
suppressMessages(library(lavaan)); library(jsonlite)
args <- commandArgs(TRUE); H <- paste0(args[1], "/"); O <- paste0(args[2], "/")
stopifnot(packageVersion("lavaan") >= "0.7.2")
bl <- read.csv(paste0(H, "blocks.csv")); bl$side <- ifelse(seq_len(nrow(bl)) %% 2 == 0, "even", "odd")
x9 <- paste0("x", 1:9, collapse = "+")
em <- paste0('efa("block")*f1 =~ ', x9, '\nefa("block")*f2 =~ ', x9, '\nefa("block")*f3 =~ ', x9)
two <- 'efa("a")*f1 =~ x1+x2+x3+x7+x8+x9\nefa("a")*f2 =~ x1+x2+x3+x7+x8+x9\ng =~ x4+x5+x6\ng ~ f1 + f2\nf1 ~ out\nf2 ~ out'
lm <- read.csv(paste0(H, "likert_missing.csv")); u8 <- paste0("u", 1:8, collapse = "+")
lk <- paste0('efa("l")*f1 =~ ', u8, '\nefa("l")*f2 =~ ', u8)
cases <- list(
  ordered = list(lk, list(rotation = "geomin", ordered = paste0("u", 1:8)), lm),
  ordered_theta = list(lk, list(rotation = "oblimin", ordered = paste0("u", 1:8), parameterization = "theta"), lm),
  geomin = list(em, list(rotation = "geomin")), oblimin = list(em, list(rotation = "oblimin")),
  geomin_mlr = list(paste0(em, "\nout ~ f1 + f2 + f3"), list(rotation = "geomin", estimator = "MLR")),
  varimax = list(em, list(rotation = "varimax", rotation.args = list(orthogonal = TRUE))),
  groups = list(em, list(rotation = "geomin", group = "side")),
  predicted = list(two, list(rotation = "geomin")))
pick <- function(p) p[p$op %in% c("=~", "~", "~~", "~1"), intersect(c("lhs", "op", "rhs", "group", "est", "est.std", "se", "pvalue"), names(p))]
out <- lapply(cases, function(case) {
  o <- case[[2]]; o$rotation.args <- modifyList(list(rstarts = 100, std.ov = FALSE, geomin.epsilon = 0.001), as.list(o$rotation.args))
  f <- do.call(sem, c(list(case[[1]], if (length(case) > 2) case[[3]] else bl), o)); stopifnot(lavInspect(f, "converged"))
  list(model = case[[1]], options = case[[2]], pe = pick(parameterEstimates(f, rsquare = FALSE)), std = pick(standardizedSolution(f)),
       fm = as.list(unclass(fitMeasures(f, c("npar", "chisq", "df", "cfi", "tli", "rmsea", "srmr", if (is.null(o$ordered)) c("logl", "aic", "bic") else "chisq.scaled")))))
})
write_json(list(lavaan = as.character(packageVersion("lavaan")), cases = out), paste0(O, "blocks_raw.json"), digits = 15, auto_unbox = TRUE, na = "null", pretty = 1)
