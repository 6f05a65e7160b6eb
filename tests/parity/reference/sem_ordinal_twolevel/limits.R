# Exact limits of RMSEA of the ordinal files: the fits of make.R once more, its root search ended.
# Run in this folder: `Rscript limits.R` writes exact/limits.json.
steps <- parse("make.R")
eval(steps[[1]]) # its libraries
source("limits_function.R")
found <- list()
keep <- function(f, name, extra = list()) if (startsWith(name, "ord_")) { # other fits are never run
  f <- tryCatch(polish(f), error = function(e) f)
  m <- as.list(fitMeasures(f)); found[[name]] <<- m[grepl("^rmsea.ci.(lower|upper)", names(m))]
}
for (step in steps[-1]) {
  if (is.call(step) && identical(step[[1]], as.name("<-")) && identical(step[[2]], as.name("sat"))) next
  eval(step)
  dump <- keep
  # The data are those stored, whatever random numbers the fits left out would have used.
  save <- function(d, name) assign(name, read.csv(paste0("data/", name, ".csv")), envir = globalenv())
}
given <- read.csv("../sem/data/ord.csv")
m <- "f1 =~ u1 + u2 + u3 + u4
f2 =~ u5 + u6 + u7 + u8"
u <- paste0("u", 1:8)
keep(cfa(m, given, ordered = u), "ord_wlsmv")
keep(cfa(m, given, ordered = u, estimator = "DWLS"), "ord_dwls")
writeLines(toJSON(found, digits = NA, auto_unbox = TRUE, na = "null"), "exact/limits.json")
