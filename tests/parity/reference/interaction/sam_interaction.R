# Latent interactions and squares by local SAM: lavaan 0.7-2. Usage: Rscript sam_interaction.R OUT_FOLDER
suppressMessages({library(lavaan); library(jsonlite)})
stopifnot(packageVersion("lavaan") >= "0.7.2")
O <- commandArgs(TRUE)[1]; set.seed(20261129); n <- 400
f <- rnorm(n); g <- .4 * f + sqrt(.84) * rnorm(n); z <- rnorm(n) + .3 * f
h <- .4 * f + .3 * g + .35 * f * g - .2 * f^2 + .2 * z + .6 * rnorm(n)
d <- data.frame(sapply(1:3, function(i) f + .6 * rnorm(n)), sapply(1:3, function(i) g + .7 * rnorm(n)), sapply(1:3, function(i) h + .5 * rnorm(n)), z)
names(d) <- c("a1", "a2", "a3", "b1", "b2", "b3", "y1", "y2", "y3", "z"); d <- round(d, 4); write.csv(d, file.path(O, "interaction.csv"), row.names = FALSE)
measured <- "f =~ a1 + a2 + a3\ng =~ b1 + b2 + b3\nh =~ y1 + y2 + y3\n"
one <- function(structure) { m <- paste0(measured, structure)
  s <- suppressWarnings(sam(m, d, se = "twostep")); p <- parameterEstimates(s, remove.nonfree = FALSE); p <- p[p$op %in% c("~", "~~") & p$lhs %in% c("f", "g", "h", "f:g", "f:f", "h:h"), ]
  list(model = m, pe = p[, intersect(c("lhs", "op", "rhs", "est", "se"), names(p))]) }
write_json(list(lavaan = as.character(packageVersion("lavaan")), product = one("h ~ f + g + f:g"), square = one("h ~ f + g + f:f + f:g"), chain = one("g ~ f\nh ~ f + g + f:g")),
           file.path(O, "sam_interaction.json"), digits = NA, auto_unbox = TRUE, na = "null", pretty = 1)
