# Standardized residuals of several groups with equal parameters, by lavaan 0.7: their errors know what
# groups share (0.6-14 takes each group for itself).
#   Rscript residuals07.R LIBRARY        (in this folder)
library(lavaan, lib.loc = commandArgs(TRUE)[1]); library(jsonlite)
stopifnot(packageVersion("lavaan") >= "0.7.2")
lines <- readLines("gfi.R"); own <- grep("^(polish <- function|})", lines); eval(parse(text = lines[own[1]:own[2]]))
hs <- read.csv("../sem/data/hs.csv"); five <- read.csv("../sem_ordinal_twolevel/data/five.csv")
three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
v <- paste0("v", 1:8)
# What equal loadings and thresholds free in lavaan 0.6 (and here, identification = "lavaan"), in words of its syntax.
cuts <- function(x) paste0(x, " | ", paste0("c(", x, "t", 1:(length(unique(five[[x]])) - 1), ", ", x, "t", 1:(length(unique(five[[x]])) - 1), ")*t",
                                            1:(length(unique(five[[x]])) - 1), collapse = " + "))
loads <- function(f, x) paste0(f, " =~ ", x[1], " + ", paste0("c(l", x[-1], ", l", x[-1], ")*", x[-1], collapse = " + "))
equal <- function(unit) paste(c(loads("f1", v[1:4]), loads("f2", v[5:8]), sapply(v, cuts), sprintf(unit, v, v),
                                paste0(v, " ~ c(0, 0)*1"), "f1 ~ c(0, NA)*1", "f2 ~ c(0, NA)*1"), collapse = "\n")
fits <- list(
  mg_partial = cfa(three, hs, group = "school", group.equal = c("loadings", "intercepts"), group.partial = c("visual=~x2", "x3~1")),
  gls_groups_residuals = cfa(three, hs, estimator = "GLS", group = "school", group.equal = "loadings"),
  mlr_groups = cfa(three, hs, estimator = "MLR", group = "school", group.equal = "loadings"),
  ord_groups = cfa(equal("%s ~*~ c(1, NA)*%s"), five, ordered = v, group = "g"),
  ord_groups_theta = cfa(equal("%s ~~ c(1, NA)*%s"), five, ordered = v, group = "g", parameterization = "theta"))
out <- lapply(fits, function(f) {
  f <- polish(f); r <- lavResiduals(f, type = "raw", summary = FALSE); cat(fitMeasures(f, c("chisq", "df")), attr(f, "polish")$gradient_after, "\n")
  list(chisq = unname(fitMeasures(f, "chisq")), standardized = lapply(unname(r[sapply(r, is.list)]), function(b) list(names = colnames(b$cov), cov = unclass(b$cov.z),
       mean = as.numeric(b$mean.z), thresholds = as.numeric(b$th.z))))
})
write(toJSON(c(list(version = as.character(packageVersion("lavaan"))), out), digits = NA, auto_unbox = TRUE, na = "null", matrix = "rowmajor"), "residuals07.json")
