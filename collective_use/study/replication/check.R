# The numbers of the report, by other programs: psych, multilevel, lavaan.
# Rscript check.R [folder of data]   (beside this file by default)
# Prints what the report says beside what R gives; ends with status 1 where they differ.
# Needs install.packages(c("psych", "multilevel", "lavaan")). Written by collective-use.

suppressPackageStartupMessages({ library(psych); library(multilevel); library(lavaan) })

script <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])
given <- commandArgs(TRUE)
place <- if (length(given)) given[1] else sub("[.]R$", "_data", script)
read <- function(name) read.csv(file.path(place, name), check.names = FALSE, encoding = "UTF-8",
                                na.strings = "")
persons <- read("persons.csv")
groups <- read("groups.csv")
measures <- read("measures.csv")
expected <- read("expected.csv")
persons$group <- as.character(persons$group)
groups$group <- as.character(groups$group)
words <- function(text) strsplit(as.character(text), " ")[[1]]

found <- list()
note <- function(what, name, value) found[[paste(what, name)]] <<- value

# Each measure: alpha over persons; ICC(1), ICC(2) and rwg(j) over groups of three or more
for (row in seq_len(nrow(measures))) {
  m <- measures[row, ]
  items <- words(m$items)
  kept <- words(m$groups)
  answers <- persons[, items, drop = FALSE]
  inside <- persons$group %in% kept
  if (length(items) > 1) {
    whole <- answers[stats::complete.cases(answers), ]
    note("alpha", m$measure, suppressWarnings(psych::alpha(whole, warnings = FALSE,
                                                           check.keys = FALSE))$total$raw_alpha)
  }
  here <- data.frame(score = persons[inside, m$measure], group = factor(persons$group[inside]))
  here <- here[!is.na(here$score), ]
  fitted <- aov(score ~ group, data = here)
  note("icc1", m$measure, multilevel::ICC1(fitted))
  note("icc2", m$measure, multilevel::ICC2(fitted))
  chance <- (m$options^2 - 1) / 12
  there <- inside & stats::complete.cases(answers)
  if (length(items) > 1) {
    index <- multilevel::rwg.j(answers[there, ], persons$group[there], ranvar = chance)$rwg.j
    note("rwg_j_median", m$measure, stats::median(index[!is.nan(index)]))
  }
}

# Each structural model: covariances between groups, cleared of the sampling error of their means
# (Croon & van Veldhoven 2007), fitted by maximum likelihood
between <- function(names, kept, sampled, corrected) {
  seen <- groups[match(kept, groups$group), names]
  S <- stats::cov(seen)
  if (!corrected) return(S)
  own <- persons[persons$group %in% kept, ]
  for (a in sampled) for (b in sampled) {
    both <- !is.na(own[[a]]) & !is.na(own[[b]])
    code <- factor(own$group[both], levels = kept)
    x <- own[[a]][both] - stats::ave(own[[a]][both], code)
    y <- own[[b]][both] - stats::ave(own[[b]][both], code)
    n <- as.numeric(table(code))
    within <- sum(x * y) / sum(pmax(n - 1, 0))
    na <- as.numeric(table(factor(own$group[!is.na(own[[a]])], levels = kept)))
    nb <- as.numeric(table(factor(own$group[!is.na(own[[b]])], levels = kept)))
    S[a, b] <- S[a, b] - mean(n / (na * nb)) * within
  }
  S
}
models <- if (file.exists(file.path(place, "models.csv"))) read("models.csv") else NULL
for (row in seq_len(NROW(models))) {
  m <- models[row, ]
  kept <- words(m$groups)
  S <- between(words(m$names), kept, words(m$sampled), m$way == "corrected")
  text <- paste(readLines(file.path(place, paste0("model_", m$model, ".lav")),
                          encoding = "UTF-8"), collapse = "\n")
  fit <- lavaan::sem(text, sample.cov = S, sample.nobs = length(kept), fixed.x = FALSE,
                     likelihood = "wishart", control = list(rel.tol = 1e-12))
  est <- lavaan::parameterEstimates(fit)
  std <- lavaan::standardizedSolution(fit)
  for (k in seq_len(nrow(est))) {
    if (est$op[k] == "~~") next
    name <- if (est$op[k] == ":=") est$lhs[k] else paste0(est$lhs[k], est$op[k], est$rhs[k])
    note(paste0("est.", m$model), name, est$est[k])
    if (est$op[k] == "~") note(paste0("std.", m$model), name, std$est.std[k])
  }
}

key <- paste(expected$what, expected$name)
expected$r <- vapply(key, function(k) if (is.null(found[[k]])) NA_real_ else as.numeric(found[[k]]), 0)
expected$apart <- abs(expected$r - expected$exact)
expected$same <- !is.na(expected$apart) & expected$apart <= expected$tolerance
print(format(expected[, c("what", "name", "shown", "exact", "r", "same")], digits = 6),
      row.names = FALSE)
cat(sum(expected$same), "of", nrow(expected), "numbers are the same.\n")
if (!all(expected$same)) quit(status = 1)
