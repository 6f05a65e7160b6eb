# Exact limits of RMSEA of the ordinal files: the fits of make.R and make_invariance.R once more, with
# the root search ended. Run in this folder: `Rscript limits.R` writes exact/limits.json and
# exact/limits_invariance.json.
steps <- parse("make.R")
eval(steps[[1]]) # its libraries
source("limits_function.R")
found <- list()
keep <- function(f, name, extra = list()) if (grepl("^ord_|^invariance/", name)) { # other fits are never run
  f <- tryCatch(polish(f), error = function(e) f)
  m <- as.list(fitMeasures(f)); found[[name]] <<- m[grepl("^rmsea.ci.(lower|upper)", names(m))]
}
again <- function(steps) for (step in steps) {
  eval(step, globalenv())
  assign("dump", keep, globalenv())
  # The data are those stored, whatever random numbers the fits left out would have used.
  assign("save", function(d, name) assign(name, read.csv(paste0("data/", name, ".csv")), globalenv()), globalenv())
}
again(steps[-1])
again(parse("make_invariance.R"))
given <- read.csv("../sem/data/ord.csv")
m <- "f1 =~ u1 + u2 + u3 + u4
f2 =~ u5 + u6 + u7 + u8"
u <- paste0("u", 1:8)
keep(cfa(m, given, ordered = u), "ord_wlsmv")
keep(cfa(m, given, ordered = u, estimator = "DWLS"), "ord_dwls")
later <- startsWith(names(found), "invariance/")
store <- function(x, name) writeLines(toJSON(x, digits = NA, auto_unbox = TRUE, na = "null"), paste0("exact/", name, ".json"))
store(found[!later], "limits")
store(setNames(found[later], basename(names(found)[later])), "limits_invariance")
