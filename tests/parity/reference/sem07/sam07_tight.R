# lavaan 0.7-2 run to its own exact end where sem07.R stopped at default tolerances, and cells that
# sem07.R lacks: casewise errors, a second-order factor, a covariate.
# Usage: Rscript sam07_tight.R DATA_FOLDER OUT_FOLDER   (pd.csv, twolevel.csv, structure60.csv)
suppressMessages(library(lavaan)); library(jsonlite)
args <- commandArgs(TRUE); D <- paste0(args[1], "/"); O <- paste0(args[2], "/")
stopifnot(packageVersion("lavaan") >= "0.7.2")
pe <- function(f) { p <- parameterEstimates(f); p[, intersect(c("lhs","op","rhs","level","label","est","se","z","pvalue"), names(p))] }
fm <- function(f) { x <- try(fitMeasures(f), silent = TRUE); if (inherits(x, "try-error")) NULL else as.list(unclass(x)) }
keep <- function(name, model, data, f, ...) { write_json(list(lavaan = as.character(packageVersion("lavaan")), model = model, data = data, ..., pe = pe(f), fm = fm(f)), paste0(O, name, ".json"), digits = NA, auto_unbox = TRUE, na = "null", pretty = 1); cat(name, "\n") }
pd <- read.csv(paste0(D, "pd.csv")); tl <- read.csv(paste0(D, "twolevel.csv")); s6 <- read.csv(paste0(D, "structure60.csv"))
tight <- list(rel.tol = 1e-13, iter.max = 10000, eval.max = 20000)
meas <- "ind60 =~ x1+x2+x3\ndem60 =~ y1+y2+y3+y4\ndem65 =~ y5+y6+y7+y8"
cor <- "y1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8"
stru <- "dem60 ~ ind60\ndem65 ~ ind60 + dem60"
m1 <- paste(c("cdu =~ u1+u2+u3\nssm =~ s1+s2+s3\ndlr =~ r1+r2+r3\ncon =~ c1+c2+c3\ndl =~ d1+d2+d3",
  "ssm ~ a1*con + a2*dl\ndlr ~ a3*con + a4*dl\ncdu ~ b1*ssm + b2*dlr\nssm ~~ dlr\nind1 := a1*b1\nind2 := a2*b1\nind3 := a3*b2\nind4 := a4*b2\ntotal_con := a1*b1 + a3*b2"), collapse = "\n")
full <- paste(meas, cor, stru, sep = "\n")
for (way in c("local", "global")) {
  keep(paste0("sam_pd_", way, "_tight"), full, "pd.csv", sam(full, data = pd, sam_method = way, control = tight, optim.force.converged = TRUE), method = way)
  keep(paste0("sam_m1_", way, "_tight"), m1, "structure60.csv", sam(m1, data = s6, sam_method = way, control = tight, optim.force.converged = TRUE), method = way)
  keep(paste0("sam_m1_", way, "_casewise"), m1, "structure60.csv", sam(m1, data = s6, sam_method = way, se = "twostep.huber.white", control = tight, optim.force.converged = TRUE), method = way)
}
second <- paste0(m1parts <- "cdu =~ u1+u2+u3\nssm =~ s1+s2+s3\ndlr =~ r1+r2+r3\ndl =~ d1+d2+d3\ncon =~ c1+c2+c3", "\nrel =~ ssm + dlr + con\nrel ~ a*dl\ncdu ~ b*rel\nind := a*b")
keep("sam_second_order", second, "structure60.csv", sam(second, data = s6, control = tight, optim.force.converged = TRUE), method = "local")
cova <- "dem60 =~ y1+y2+y3+y4\ndem65 =~ y5+y6+y7+y8\ndem60 ~ x1 + x2\ndem65 ~ x1 + dem60"
keep("sam_covariates", cova, "pd.csv", sam(cova, data = pd, control = tight, optim.force.converged = TRUE), method = "local")
m2 <- "level: 1\nf1 =~ y1+y2+y3\nf2 =~ y4+y5+y6\nf2 ~ f1 + x1\nlevel: 2\ng1 =~ y1+y2+y3\ng2 =~ y4+y5+y6\ng2 ~ g1 + w1"
f <- sam(m2, data = tl, cluster = "cluster", em.h1.args = list(max_iter = 100000L, tol = 1e-12))
keep("sam_twolevel_tight", m2, "twolevel.csv", f, cluster = "cluster", method = "local")
