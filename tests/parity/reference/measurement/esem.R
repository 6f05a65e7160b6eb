# ESEM with a partially specified target: lavaan's own rotation and, from unrotated ML factors,
# GPArotation's. Rscript esem.R HS.csv OUT.json
suppressMessages({library(lavaan); library(jsonlite); library(GPArotation)})
args <- commandArgs(TRUE)
h <- read.csv(args[1])
items <- paste0("x", 1:9)
model <- paste0('efa("b")*visual + efa("b")*textual + efa("b")*speed =~ ', paste(items, collapse = " + "))
mask <- matrix(1, 9, 3)
for (k in 1:3) mask[(3 * k - 2):(3 * k), k] <- 0
fit <- cfa(model, h, rotation = "pst", rotation.args = list(target = matrix(0, 9, 3),
  target.mask = mask, rstarts = 5, order.lv.by = "none", algorithm = "gpa",
  row.weights = "none", std.ov = TRUE))
pe <- parameterEstimates(fit)[, c("lhs", "op", "rhs", "est", "se")]
std <- standardizedSolution(fit)[, c("lhs", "op", "rhs", "est.std")]
unrotated <- factanal(h[, items], 3, rotation = "none")$loadings[]
wanted <- matrix(NA, 9, 3)
wanted[mask == 1] <- 0
turned <- targetQ(unrotated, Target = wanted, eps = 1e-6, maxit = 5000)
write_json(list(versions = list(R = as.character(getRversion()),
    lavaan = as.character(packageVersion("lavaan")),
    GPArotation = as.character(packageVersion("GPArotation"))),
  model = model, pe = pe, std = std, fm = as.list(fitMeasures(fit, c("chisq", "df", "cfi", "rmsea", "srmr"))),
  gpa_loadings = turned$loadings, gpa_phi = turned$Phi, gpa_converged = turned$convergence),
  args[2], digits = 12, auto_unbox = TRUE, pretty = TRUE)
