# Numbers of R package NCA (5.0.1). R_LIBS has to name a library that holds it.
# Plots and the purity measures are not needed and may be left out of that build.
library(NCA); library(jsonlite)
set.seed(1)
data(nca.example)
numbers <- function(d, x, y, corner = 1, scope = NULL, rep = 0) {
  m <- suppressWarnings(nca_analysis(d, x, y, ceilings = c("ce_fdh", "cr_fdh"), corner = corner,
    scope = scope, test.rep = rep))
  p <- m$summaries[[1]]$params; g <- m$summaries[[1]]$global
  out <- list()
  for (k in c("ce_fdh", "cr_fdh")) {
    get <- function(name) unname(unlist(p[name, k]))
    out[[k]] <- list(zone = get("Ceiling zone"), effect = get("Effect size"), above = get("# above"),
      slope = get("Slope"), intercept = get("Intercept"), accuracy = get("Ceiling accuracy"),
      fit = get("Fit"), p = get("p-value"))
    out[[k]]$needed <- as.character(m$bottlenecks[[k]][, 2])
    out[[k]]$peers <- nrow(m$peers[[k]][[1]])
  }
  out$scope <- unname(unlist(g[c("Xmin", "Xmax", "Ymin", "Ymax"), ]))
  out
}
case <- function(x, y, ...) {
  d <- data.frame(x = x, y = y)
  list(x = x, y = y, found = numbers(d, "x", "y", ...))
}
a <- round(runif(40), 2); b <- round(pmin(1, runif(40) * (0.4 + a)), 2)
likert <- sample(1:5, 60, TRUE); low <- pmax(1, likert - sample(0:3, 60, TRUE))
small <- c(1.2, 2.5, 3.1, 4.4, 5.9, 6.3); rises <- c(1, 1.5, 3.5, 3.2, 5.1, 6.6)
cases <- list(
  individualism = case(nca.example[[1]], nca.example[[3]]),
  risk = case(nca.example[[2]], nca.example[[3]]),
  random = case(a, b),
  random_scope = case(a, b, scope = c(0, 1, 0, 1)),
  upper_right = case(a, b, corner = 2),
  lower_left = case(a, b, corner = 3),
  lower_right = case(a, b, corner = 4),
  ties = case(likert, low),
  ties_scope = case(likert, low, scope = c(1, 5, 1, 5)),
  one_peer = case(c(1, 2, 3, 4), c(5, 4, 3, 2)),
  all_permutations = case(small, rises, rep = 720)
)
write(toJSON(list(version = as.character(packageVersion("NCA")), cases = cases), digits = NA,
  auto_unbox = TRUE, na = "null", pretty = TRUE), "nca.json")
