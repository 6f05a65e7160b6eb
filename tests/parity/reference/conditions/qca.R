# Numbers of R package QCA (3.23). R_LIBS has to name a library that holds it.
suppressMessages(library(QCA)); library(jsonlite)
fits <- function(ic) {
  # One block for one model, several for models that explain alike.
  block <- function(b) list(terms = rownames(b$incl.cov), table = unname(as.matrix(
      b$incl.cov[, c("inclS", "PRI", "covS", "covU")])), whole = unname(unlist(b$sol.incl.cov[1, 1:3])))
  if (!is.null(ic$individual)) lapply(ic$individual, block) else list(block(ic))
}
models <- function(s) lapply(s, function(x) as.character(x))
dataset <- function(data, outcome, incl, n = 1, pri = 0, dir = NULL) {
  conditions <- setdiff(colnames(data), outcome)
  tt <- truthTable(data, outcome = outcome, incl.cut = incl, n.cut = n, pri.cut = pri, complete = TRUE)
  rows <- tt$tt
  number <- function(v) suppressWarnings(as.numeric(as.character(v)))
  out <- list(outcome = outcome, conditions = conditions, incl = incl, n = n, pri = pri,
    table = list(out = as.character(rows$OUT), n = number(rows$n), incl = number(rows$incl),
      pri = number(rows$PRI)))
  cs <- minimize(tt); ps <- minimize(tt, include = "?")
  out$complex <- models(cs$solution); out$parsimonious <- models(ps$solution)
  out$complex_fit <- fits(cs$IC); out$parsimonious_fit <- fits(ps$IC)
  if (!is.null(dir)) {
    is <- minimize(tt, include = "?", dir.exp = dir)
    out$expectations <- dir
    out$intermediate <- lapply(is$i.sol, function(s) models(s$solution))
    out$intermediate_fit <- lapply(is$i.sol, function(s) fits(s$IC))
  }
  nec <- pof(paste(c(conditions, paste0("~", conditions)), collapse = " + "), outcome, data, relation = "necessity")
  keep <- c(conditions, paste0("~", conditions))
  out$necessity <- unname(as.matrix(nec$incl.cov[keep, c("inclN", "RoN", "covN")]))
  out
}
raw <- c(0.5, 1, 2.5, 3, 3.2, 4, 5.5, 6, 7.25, 9)
memberships <- list(
  raw = raw,
  rising = calibrate(raw, thresholds = "e=1, c=4, i=8"),
  falling = calibrate(raw, thresholds = "e=8, c=4, i=1"),
  uneven = calibrate(raw, thresholds = "e=1, c=2.7, i=8", idm = 0.9),
  indirect = calibrate(raw, method = "indirect", thresholds = "2, 3.1, 5, 6.5"),
  indirect_two = calibrate(raw, method = "indirect", thresholds = "3, 6")
)
negated <- LF; negated$SURV <- 1 - negated$SURV
out <- list(version = as.character(packageVersion("QCA")), calibration = memberships,
  data = list(LF = list(columns = colnames(LF), values = unname(as.matrix(LF))),
    CVF = list(columns = colnames(CVF), values = unname(as.matrix(CVF)))),
  analyses = list(
    LF_80 = c(list(data = "LF"), dataset(LF, "SURV", 0.8, dir = "1,1,1,1,1")),
    LF_70 = c(list(data = "LF"), dataset(LF, "SURV", 0.7, dir = "1,1,1,1,1")),
    LF_two_cases = c(list(data = "LF"), dataset(LF, "SURV", 0.7, n = 2, dir = "1,-,1,0,1")),
    LF_pri = c(list(data = "LF"), dataset(LF, "SURV", 0.7, pri = 0.65)),
    LF_negated = c(list(data = "LF", negated = TRUE), dataset(negated, "SURV", 0.8, dir = "0,0,0,0,0")),
    CVF_70 = c(list(data = "CVF"), dataset(CVF, "PROTEST", 0.7, dir = "-,-,-,-,1")),
    CVF_80 = c(list(data = "CVF"), dataset(CVF, "PROTEST", 0.8, dir = "1,1,1,1,1"))))
write(toJSON(out, digits = NA, auto_unbox = FALSE, na = "null", null = "null", pretty = FALSE), "qca.json")
