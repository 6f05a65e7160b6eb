# The confidence limits of RMSEA of the shared reference files, without the error of uniroot's default tolerance (1.22e-4 in
# the non-centrality parameter): lavaan 0.6-14's own formulas (lav_fit_rmsea_ci, lav_fit_rmsea_lavobject), fed with the
# chi-square, degrees of freedom and scaling that each file holds. Run in this folder: Rscript limits.R > limits.json
# Files with missing values or ordered variables hold no chi-square of the robust version: its limits stand in live/*.json
# (exact.R).
suppressMessages(library(jsonlite))
root <- function(X2, df, prob, top) {
  f <- function(l) pchisq(X2, df, ncp = l) - prob
  if (df < 1 || f(0) < 0) return(0)
  uniroot(f, c(0, top), tol = 1e-14, maxiter = 10000L)$root
}
ci <- function(X2, df, N, G, c.hat = 1) {
  if (!is.finite(X2) || !is.finite(df)) return(c(NA, NA))
  to <- function(l) sqrt(c.hat * l / (N * df)) * sqrt(G)
  c(to(root(X2, df, .95, X2)), to(root(X2, df, .05, max(N, 4 * X2))))
}
one <- function(file) {
  x <- fromJSON(file); m <- x$fm; num <- function(k) if (is.null(m[[k]])) NA else suppressWarnings(as.numeric(m[[k]]))
  G <- if (is.null(x$pe$group)) 1 else max(as.integer(x$pe$group))
  X2 <- num("chisq"); df <- num("df")
  # N as lavaan took it, from its own RMSEA; a whole number, which proves it. (Ordinal files with RMSEA 0 do not tell.)
  N <- if (num("rmsea") > 0) G * (X2 / df - 1) / num("rmsea")^2 else num("ntotal")
  if (is.na(N)) return(NULL)
  stopifnot(abs(N - round(N)) < 1e-4); N <- round(N)
  out <- list(); put <- function(suffix, v) { out[[paste0("rmsea.ci.lower", suffix)]] <<- v[1]; out[[paste0("rmsea.ci.upper", suffix)]] <<- v[2] }
  put("", ci(X2, df, N, G))
  if (is.finite(num("chisq.scaled"))) {
    shifted <- num("df.scaled") == df && abs(X2 / num("chisq.scaling.factor") / num("chisq.scaled") - 1) > 1e-9
    if (shifted) put(".scaled", ci(num("chisq.scaled"), df, N, G))
    else put(".scaled", ci(X2, num("chisq.scaling.factor") * num("df.scaled"), N, G))
    if (!is.null(m$rmsea.ci.lower.robust))
      put(".robust", ci(num("chisq.scaled"), df, N, G, num("chisq.scaling.factor")))
  }
  if (grepl("fiml|missing|/ord_|^ord_", file)) out <- out[!grepl("robust", names(out))]
  out
}
own <- Filter(function(f) !grepl("^(limits|differences)", f), list.files(pattern = "[.]json$"))
files <- c(own, list.files("../sem_ordinal_twolevel", pattern = "[.]json$", full.names = TRUE))
out <- Filter(Negate(is.null), setNames(lapply(files, one), sub("[.]json$", "", basename(files))))
cat(toJSON(out, digits = NA, auto_unbox = TRUE, na = "null", pretty = TRUE), "\n")
