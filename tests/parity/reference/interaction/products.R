# Product indicators by semTools::indProd. Usage: Rscript products.R ../sem/data/hs.csv OUT.json
suppressMessages({library(semTools); library(jsonlite)})
args <- commandArgs(TRUE); d <- read.csv(args[1])[1:60, ]; d$x2[c(3, 17)] <- NA; d$x6[c(17, 40)] <- NA
a <- c("x1", "x2", "x3"); b <- c("x4", "x5", "x6")
new <- function(...) { x <- indProd(d, var1 = a, var2 = b, ...); as.list(x[, setdiff(names(x), names(d))]) }
out <- list(semTools = as.character(packageVersion("semTools")),
  double = new(), double_all = new(match = FALSE), mean = new(doubleMC = FALSE), mean_all = new(match = FALSE, doubleMC = FALSE),
  none = new(meanC = FALSE, doubleMC = FALSE))
d <- read.csv(args[1])[1:60, ]
out$residual <- new(residualC = TRUE); out$residual_all <- new(residualC = TRUE, match = FALSE)
write_json(out, args[2], digits = NA, auto_unbox = TRUE, na = "null", pretty = 0)
