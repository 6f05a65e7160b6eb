# Ordered answers of teams: two factors' worth of dependence within and between, unequal teams.
#   Rscript make_data.R
set.seed(11)
answers <- function(J, sizes, lw, lb, tb, cuts) {
  p <- length(lw)
  team <- rep(seq_len(J), if (length(sizes) == 1) rep(sizes, J) else sample(sizes, J, TRUE))
  n <- length(team)
  between <- outer(rnorm(J), lb) + sapply(tb, function(v) rnorm(J, 0, sqrt(v)))
  within <- outer(rnorm(n), lw) + matrix(rnorm(n * p), n)
  latent <- within + between[team, ]
  out <- sapply(seq_len(p), function(j) findInterval(latent[, j], cuts[[j]]) + 1)
  colnames(out) <- paste0("y", seq_len(p))
  data.frame(out, team = team)
}
cuts <- list(c(-1, 0, 1.2), c(-.5, .7), 0.2, c(-1.5, -.5, .3, 1.4), c(-.8, .9))
five <- answers(80, 5:11, c(1, .8, .9, .7, 1.1), c(.6, .5, .6, .4, .5),
                c(.15, .2, .1, .2, .15), cuts)
write.csv(five, "five.csv", row.names = FALSE)
part <- function(J, b) answers(J, 4:8, c(1, .8, .9, .7), b * c(.7, .6, .7, .5),
                               c(.1, .15, .1, .15), cuts[c(2, 5, 2, 1)])
first <- part(60, 1); second <- part(50, .9)
second$team <- second$team + 100
groups <- rbind(cbind(first, g = "a"), cbind(second, g = "b"))
write.csv(groups, "groups.csv", row.names = FALSE)
gaps <- five
gaps$y1[seq(1, nrow(gaps), 7)] <- NA
gaps$y2[seq(3, nrow(gaps), 5)] <- NA
gaps$y3[gaps$y4 > 3] <- NA
write.csv(gaps, "gaps.csv", row.names = FALSE, na = "")
