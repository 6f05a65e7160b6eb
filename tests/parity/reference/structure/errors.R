# Errors of least squares with clusters: Rscript errors.R > errors.json
# CR2 and its degrees of freedom: clubSandwich; one and two kinds of clusters: sandwich::vcovCL;
# wild cluster bootstrap with every pattern of signs: by lm(), null imposed.
suppressMessages({library(clubSandwich); library(sandwich)})
set.seed(20261129)
n <- 60
d <- data.frame(region = rep(1:9, times = c(3, 4, 5, 6, 7, 8, 8, 9, 10)),
                sponsor = sample(1:12, n, TRUE))
d$x <- round(rnorm(9)[d$region] + rnorm(n), 4)
d$w <- round(exp(rnorm(n)), 4)
d$y <- round(0.4 * d$x + rnorm(9)[d$region] + rnorm(12)[d$sponsor] + rnorm(n), 4)
fit <- lm(y ~ x + w, d)
cr2 <- function(cluster) {
  V <- vcovCR(fit, cluster = cluster, type = "CR2")
  t <- coef_test(fit, vcov = V, test = "Satterthwaite")
  list(se = unname(t$SE), df = unname(if (is.null(t$df)) t$df_Satt else t$df),
       p = unname(if (is.null(t$p_Satt)) t[["p_Satt"]] else t$p_Satt))
}
V1 <- vcovCL(fit, cluster = d$region, type = "HC0", cadjust = TRUE)
V2 <- vcovCL(fit, cluster = d[c("region", "sponsor")], type = "HC0", cadjust = TRUE, multi0 = FALSE)
tstat <- function(y, name) {
  d$y <- y
  f <- lm(y ~ x + w, d)
  unname((coef(f) / sqrt(diag(vcovCL(f, cluster = d$region, type = "HC0", cadjust = FALSE))))[name])
}
signs <- as.matrix(expand.grid(rep(list(c(1, -1)), 9)))
wild <- function(name, null) {
  seen <- abs(tstat(d$y, name))
  drawn <- apply(signs, 1, function(v) abs(tstat(fitted(null) + v[d$region] * resid(null), name)))
  mean(drawn >= seen * (1 - 1e-10))
}
out <- list(versions = list(R = as.character(getRversion()),
                            clubSandwich = as.character(packageVersion("clubSandwich")),
                            sandwich = as.character(packageVersion("sandwich"))),
            data = d, coef = unname(coef(fit)), own = cr2(seq_len(n)), region = cr2(d$region),
            one_way = unname(diag(V1)), two_way = unname(diag(V2)),
            wild = list(x = wild("x", lm(y ~ w, d)), w = wild("w", lm(y ~ x, d))))
cat(jsonlite::toJSON(out, digits = 15, auto_unbox = TRUE, pretty = TRUE))
