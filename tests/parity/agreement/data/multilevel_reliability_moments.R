# lavaan's own unrestricted moments of both levels behind compRelSEM and the fit measures in
# multilevel_reliability.json: its EM stops when a step gains less than 1e-4 of log-likelihood.
# Run in this folder: Rscript multilevel_reliability_moments.R
suppressMessages({library(lavaan); library(jsonlite)})
data(lq2002, package = "multilevel")
out <- list()
for (s in c("TSIG", "HOSTIL", "LEAD")) {
  v <- paste(grep(paste0("^", s, "[0-9]"), names(lq2002), value = TRUE), collapse = " + ")
  f <- suppressWarnings(cfa(paste0("level: 1\nf =~ ", v, "\nlevel: 2\nf =~ ", v), lq2002,
                            cluster = "COMPID"))
  h <- lavInspect(f, "h1")
  e <- lavInspect(f, "est"); m <- lavInspect(f, "implied")
  common <- function(b) sum(b$lambda)^2 * as.numeric(b$psi)
  out[[s]] <- list(common = c(common(e[[1]]), common(e[[2]])),
                   implied = list(unclass(m[[1]]$cov), unclass(m[[2]]$cov)),
                   Sw = unclass(h[[1]]$cov), Sb = unclass(h[[2]]$cov),
                   mean = as.numeric(h[[2]]$mean) + as.numeric(h[[1]]$mean),
                   logl = as.numeric(fitMeasures(f, "logl")),
                   unrestricted = as.numeric(fitMeasures(f, "unrestricted.logl")))
}
write_json(out, "multilevel_reliability_moments.json", digits = NA, auto_unbox = TRUE, matrix = "rowmajor")
