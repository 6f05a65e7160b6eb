# Random slopes at two levels: lavaan 0.7-2 (rv() modifier) and, where every slope is of an observed variable, the
# same likelihood by lme4 (fixed effects, variances, log-likelihood).
# Usage: Rscript slopes.R OUT_FOLDER
suppressMessages({library(lavaan); library(lme4); library(jsonlite)})
O <- paste0(commandArgs(TRUE)[1], "/"); stopifnot(packageVersion("lavaan") >= "0.7.2")
set.seed(20261130); J <- 70; size <- sample(4:11, J, TRUE); team <- rep(seq_len(J), size); n <- length(team)
w <- round(rnorm(J), 4); u <- matrix(rnorm(2 * J), J) %*% chol(matrix(c(.5, .15, .15, .2), 2)); u2 <- .4 * rnorm(J)
x <- round(rnorm(n) + .3 * rnorm(J)[team], 4); z <- round(rnorm(n), 4)
y <- round(1 + .4 * w[team] + u[team, 1] + (.5 + .3 * w[team] + u[team, 2]) * x + (-.2 + u2[team]) * z + .8 * rnorm(n), 4)
d <- data.frame(team, y, x, z, w = w[team]); write.csv(d, paste0(O, "slopes.csv"), row.names = FALSE)
ctl <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e6), calc.derivs = FALSE)
by_lme4 <- function(f) { v <- as.data.frame(VarCorr(f)); list(fixed = as.list(fixef(f)), variances = setNames(as.list(v$vcov), paste(v$grp, v$var1, ifelse(is.na(v$var2), "", v$var2))), logl = as.numeric(logLik(f))) }
run <- function(model, lmer_fit) {
  f <- tryCatch(sem(model, d, cluster = "team"), error = function(e) { cat("lavaan:", conditionMessage(e), "\n"); NULL })
  out <- list(model = model, lme4 = by_lme4(lmer_fit))
  if (!is.null(f)) { p <- parameterEstimates(f); out$pe <- p[, intersect(c("lhs","op","rhs","level","label","est","se","z","pvalue"), names(p))]; out$lavaan <- as.character(packageVersion("lavaan")); out$logl <- as.numeric(fitMeasures(f, "logl")); out$converged <- lavInspect(f, "converged") }
  out
}
res <- list(
  cross_level = run("level: 1\ny ~ rv('s')*x + z\nlevel: 2\ny ~ w\ns ~ w\ny ~~ s", lmer(y ~ x * w + z + (1 + x | team), d, REML = FALSE, control = ctl)),
  plain = run("level: 1\ny ~ rv('s')*x\nlevel: 2\ny ~~ y\ns ~~ s", lmer(y ~ x + (1 + x | team), d, REML = FALSE, control = ctl)),
  apart = run("level: 1\ny ~ rv('s')*x + z\nlevel: 2\ny ~ w\ns ~ w\ny ~~ 0*s", lmer(y ~ x * w + z + (1 + x || team), d, REML = FALSE, control = ctl)),
  two_slopes = run("level: 1\ny ~ rv('s')*x + rv('t')*z\nlevel: 2\ny ~ w\ns ~ w\nt ~~ t\ny ~~ s\ny ~~ t\ns ~~ t", lmer(y ~ x * w + z + (1 + x + z | team), d, REML = FALSE, control = ctl))
)
write_json(res, paste0(O, "slopes.json"), digits = NA, auto_unbox = TRUE, na = "null", pretty = 1)
