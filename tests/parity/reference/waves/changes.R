# Changes of groups by their own variance and by moderated variance: Rscript changes.R > changes.json
# Own variance by R's t.test (Welch; paired where all answered both waves). Partly matched groups by
# Derrick, Russ, Toher and White (2017, eq. 13 and 14). The prior of Smyth (2004) by uniroot.
library(jsonlite)
set.seed(20)
rows <- NULL
for (g in 1:12) {
  n <- 4 + (g %% 4) * 2
  spread <- c(1, 1, 0.4, 3)[1 + g %% 4]
  person <- rnorm(n)
  for (w in 1:2) {
    y <- round(3 + spread * (0.7 * person + 0.7 * rnorm(n)) + 0.4 * (w - 1), 3)
    rows <- rbind(rows, data.frame(team = sprintf("t%02d", g), member = 1:n, wave = w, y = y))
  }
}
# in every third group one member is absent first, and another one later
late <- as.integer(substr(rows$team, 2, 3)) %% 3 == 0
rows <- rows[!(late & rows$wave == rows$member), ]

apart <- NULL
matched <- NULL
for (team in unique(rows$team)) {
  a <- rows[rows$team == team & rows$wave == 1, ]
  b <- rows[rows$team == team & rows$wave == 2, ]
  w <- t.test(b$y, a$y, var.equal = FALSE)
  apart <- rbind(apart, data.frame(change = mean(b$y) - mean(a$y), se = w$stderr, df = w$parameter,
                                   p = w$p.value, low = w$conf.int[1], high = w$conf.int[2]))
  both <- merge(a, b, by = "member")
  if (nrow(both) == nrow(a) && nrow(both) == nrow(b)) {
    m <- t.test(both$y.y, both$y.x, paired = TRUE)
    matched <- rbind(matched, data.frame(se = m$stderr, df = m$parameter, p = m$p.value))
  } else {
    n1 <- nrow(a); n2 <- nrow(b); nc <- nrow(both)
    r <- cor(both$y.x, both$y.y) * sd(both$y.x) * sd(both$y.y)
    se <- sqrt(var(a$y) / n1 + var(b$y) / n2 - 2 * r * nc / (n1 * n2))
    gamma <- w$parameter
    na <- n1 - nc; nb <- n2 - nc
    df <- nc - 1 + (gamma - nc + 1) / (na + nb + 2 * nc) * (na + nb)
    matched <- rbind(matched, data.frame(se = se, df = df,
                                         p = 2 * pt(-abs(mean(b$y) - mean(a$y)) / se, df)))
  }
}
# moderated, waves apart
first <- rows[rows$wave == 1, ]
second <- rows[rows$wave == 2, ]
s1 <- summary(lm(y ~ team, first))$sigma^2
s2 <- summary(lm(y ~ team, second))$sigma^2
n1 <- as.numeric(table(first$team)); n2 <- as.numeric(table(second$team))
pooled <- s1 / n1 + s2 / n2
ratio <- apart$se^2 / pooled
d <- apart$df
e <- log(ratio) - digamma(d / 2) + log(d / 2)
rest <- var(e) - mean(trigamma(d / 2))
d0 <- 2 * uniroot(function(x) trigamma(x) - rest, c(1e-3, 1e4), tol = 1e-13)$root
s0 <- exp(mean(e) + digamma(d0 / 2) - log(d0 / 2))
variance <- pooled * (d0 * s0 + d * ratio) / (d0 + d)
cat(toJSON(list(rows = rows, apart = apart, matched = matched,
                shrunken = list(prior = d0, scale = s0, se = sqrt(variance), df = d0 + d)),
           digits = 12, dataframe = "columns", auto_unbox = TRUE, pretty = FALSE), "\n")
