# DIF of ordered items by proportional odds (Zumbo 1999): item ~ sum of the scale, + group,
# + sum x group, by MASS::polr. Rscript dif_ordinal.R OUT.json
suppressMessages({library(MASS); library(jsonlite)})
args <- commandArgs(TRUE)
set.seed(20261129)
n <- 400
group <- rep(c("en", "zh"), n / 2)
f <- rnorm(n)
x <- sapply(1:5, function(j) f + rnorm(n))
x[, 4] <- x[, 4] + 0.8 * (group == "zh")
x[, 5] <- x[, 5] + 0.6 * f * (group == "zh")
d <- as.data.frame(lapply(as.data.frame(x), function(v) as.integer(cut(v, c(-Inf, -1.5, -.5, .5, 1.5, Inf)))))
names(d) <- letters[1:5]
d$group <- group
d$total <- rowSums(d[, 1:5])
d$z <- as.numeric(group == "zh")
rows <- lapply(letters[1:5], function(item) {
  y <- factor(d[[item]])
  tight <- list(reltol = 1e-14, maxit = 1000)
  m1 <- polr(y ~ total, d, Hess = TRUE, control = tight)
  m2 <- polr(y ~ total + z, d, Hess = TRUE, control = tight)
  m3 <- polr(y ~ total * z, d, Hess = TRUE, control = tight)
  m0 <- polr(y ~ 1, d, Hess = TRUE, control = tight)
  ll <- sapply(list(m0, m1, m2, m3), function(m) as.numeric(logLik(m)))
  r2 <- 1 - exp(-2 / n * (ll - ll[1])); r2 <- r2 / (1 - exp(2 / n * ll[1]))
  list(item = item, loglik = ll, nagelkerke = r2,
    uniform = 2 * (ll[3] - ll[2]), nonuniform = 2 * (ll[4] - ll[3]), both = 2 * (ll[4] - ll[2]),
    p_both = pchisq(2 * (ll[4] - ll[2]), 2, lower.tail = FALSE),
    slope = unname(coef(m2)["z"]), se = sqrt(vcov(m2)["z", "z"]))
})
write_json(list(versions = list(R = as.character(getRversion()),
    MASS = as.character(packageVersion("MASS"))),
  data = d[, c(letters[1:5], "group")], rows = rows),
  args[1], digits = 14, auto_unbox = TRUE, dataframe = "columns")
