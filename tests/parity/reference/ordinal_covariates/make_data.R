# Ordered answers, two continuous outcomes, covariates, groups, teams and sampling weights, by R alone.
#   Rscript make_data.R
set.seed(23)
n <- 600
g <- rep(c("a", "b"), c(330, 270))
team <- c(sample(1:33, 330, TRUE, prob = runif(33, .3, 1)), 33 + sample(1:27, 270, TRUE, prob = runif(27, .3, 1)))
x1 <- rnorm(n, 3, 2); x2 <- rbinom(n, 1, .45); x3 <- .02 * x1 + rnorm(n, 0, .3)
share <- rnorm(60, 0, .35)[team]                               # what members of a team share
f1 <- .20 * x1 + .4 * x2 - .5 * x3 + share + rnorm(n)
f2 <- .45 * f1 - .10 * x1 + .6 * x3 + .2 * (g == "b") + rnorm(n, 0, .8)
load1 <- c(1, .8, .9); load2 <- c(.9, 1.1, .7)
latent <- cbind(outer(f1, load1), outer(f2, load2)) + matrix(rnorm(6 * n), n)
latent[, 3] <- latent[, 3] - .5 * x2                           # a direct effect
latent[, 5] <- latent[, 5] + .15 * x1
cuts <- list(.9, c(-.4, 1.2), c(-1, .1, 1.3), c(-.7, .8), c(-1.5, -.2, .9, 2.3), .1)
u <- sapply(1:6, function(j) findInterval(latent[, j], cuts[[j]]) + 1)
colnames(u) <- paste0("u", 1:6)
y1 <- 2 + .7 * f1 + .2 * x2 + rnorm(n, 0, .9); y2 <- -1 + .9 * f1 - .3 * x1 + rnorm(n, 0, 1.4)
w <- exp(.35 * (f1 - mean(f1)) + .25 * (u[, 4] - 2) + rnorm(n, 0, .5))   # weights go with the answers
w <- pmin(pmax(w, .3), 4)
d <- data.frame(u, y1 = round(y1, 4), y2 = round(y2, 4), x1 = round(x1, 4), x2 = x2, x3 = round(x3, 4), g = g, team = team, w = round(w, 3))
d <- d[order(d$g, runif(n)), ]                                  # group "a" first
write.csv(d, "survey.csv", row.names = FALSE)
gaps <- d
for (j in 1:6) gaps[[j]][runif(n) < plogis(-2.9 + .2 * gaps$x1)] <- NA   # about 10 %, by x1
gaps$x3[c(5, 77, 140, 301, 422, 590)] <- NA
write.csv(gaps, "gaps.csv", row.names = FALSE, na = "")
