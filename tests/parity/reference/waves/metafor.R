# Estimates with known errors: REML mean and variance, empirical-Bayes values with errors.
# R with multilevel (data lq2002, univbct), metafor, jsonlite: Rscript metafor.R > metafor.json
suppressMessages({library(multilevel); library(metafor); library(jsonlite)})
one <- function(y, v) {
  fit <- rma(y, v, method = "REML", control = list(threshold = 1e-14, maxiter = 1000))
  b <- blup(fit)
  list(y = y, v = v, mean = as.numeric(fit$beta), mean_se = fit$se, variance = fit$tau2,
       value = b$pred, value_se = b$se)
}
data(lq2002); data(univbct)
n <- tapply(lq2002$LEAD, lq2002$COMPID, length)
lead <- one(as.numeric(tapply(lq2002$LEAD, lq2002$COMPID, mean)),
            as.numeric(tapply(lq2002$LEAD, lq2002$COMPID, var) / n))
keep <- univbct[univbct$TIME %in% c(0, 2) & !is.na(univbct$JSAT), ]
wide <- reshape(keep[, c("SUBNUM", "BTN", "COMPANY", "TIME", "JSAT")], timevar = "TIME",
                idvar = c("SUBNUM", "BTN", "COMPANY"), direction = "wide")
wide <- wide[complete.cases(wide), ]
wide$unit <- paste(wide$BTN, wide$COMPANY)
gap <- wide$JSAT.2 - wide$JSAT.0
size <- tapply(gap, wide$unit, length)
more <- names(size)[size > 2]
jsat <- one(as.numeric(tapply(gap, wide$unit, mean)[more]),
            as.numeric((tapply(gap, wide$unit, var) / size)[more]))
none <- one(c(.1, .2, .15, .12), c(.5, .4, .6, .3))
cat(toJSON(list(lead = lead, jsat = jsat, none = none), digits = NA, auto_unbox = TRUE, pretty = TRUE))
