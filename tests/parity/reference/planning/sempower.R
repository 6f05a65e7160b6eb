# Power by RMSEA of R package semPower (2.1.3). R_LIBS has to name a library that holds it.
suppressMessages(library(semPower)); library(jsonlite)
rows <- list()
for (df in c(5, 24, 100)) for (rmsea in c(.03, .05, .08)) for (power in c(.80, .95)) {
  found <- semPower.aPriori(effect = rmsea, effect.measure = "RMSEA", alpha = .05, power = power, df = df)
  rows[[length(rows) + 1]] <- list(kind = "apriori", df = df, rmsea = rmsea, power = power,
    n = found$requiredN, implied = found$impliedPower)
}
for (df in c(5, 24, 100)) for (rmsea in c(.03, .05, .08)) for (n in c(60, 250, 1000)) {
  found <- semPower.postHoc(effect = rmsea, effect.measure = "RMSEA", alpha = .05, N = n, df = df)
  rows[[length(rows) + 1]] <- list(kind = "posthoc", df = df, rmsea = rmsea, n = n, power = found$power)
}
write(toJSON(list(version = as.character(packageVersion("semPower")), rows = rows), digits = NA,
  auto_unbox = TRUE, pretty = TRUE), "sempower.json")
