# Residuals of two-level fits against the unrestricted model at its optimum: run in this folder after
# make.R, `Rscript exact_residuals.R`. The files of make_postfit.R hold lavaan's own, against the
# unrestricted model where its EM stopped.
source("exact_functions.R")
demo <- read.csv("data/twolevel.csv"); uneq <- read.csv("data/unequal.csv")
levels <- function(within, between) paste0("level: 1\n", within, "\nlevel: 2\n", between)
four <- " =~ y1 + y2 + y3 + y4"; six <- " =~ y1 + y2 + y3 + y4 + y5 + y6"; same <- " =~ y1 + a*y2 + b*y3 + c*y4"
plain <- levels(paste0("fw", four), paste0("fb", four))
equal <- levels(paste0("fw", same), paste0("fb", same))
fits <- list(
  tl_cfa = sem(levels(paste0("fw", six), paste0("fb", six)), demo, cluster = "cluster"),
  tl_sem = sem(levels("fw =~ y1 + y2 + y3\nfw ~ x1 + x2 + x3", "fb =~ y1 + y2 + y3\nfb ~ w1 + w2"), demo, cluster = "cluster"),
  tl_equal = sem(equal, uneq, cluster = "team"),
  tl_equal_mlr = sem(equal, uneq, cluster = "team", estimator = "MLR"),
  tl_zero = sem(levels(paste0("fw", four, "\nfw ~ x"), paste0("fb", four, "\ny2 ~~ 0*y2\nfb ~ z")), uneq, cluster = "team"),
  tl_north = sem(plain, subset(uneq, half == "north"), cluster = "team"),
  tl_south = sem(plain, subset(uneq, half == "south"), cluster = "team"))
named <- function(r) lapply(r, function(b) { b$type <- NULL; lapply(b, function(e) if (is.matrix(e)) list(names = colnames(e), value = unclass(e)) else list(names = names(e), value = as.numeric(e))) })
kinds <- c("raw", "cor")
out <- lapply(fits, function(f) { g <- exact(f); setNames(lapply(kinds, function(k) named(unname(residuals(g, type = k)))), kinds) })
writeLines(toJSON(out, digits = NA, auto_unbox = TRUE, na = "null"), "postfit/exact_residuals.json")
