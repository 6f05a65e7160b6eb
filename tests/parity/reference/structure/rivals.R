# All models of the instrument by lavaan on simulated group values: Rscript rivals.R > rivals.json
suppressMessages(library(lavaan))
d <- read.csv("rivals.csv"); texts <- jsonlite::fromJSON("rivals_models.json")
one <- function(text) {
  f <- sem(text, d, fixed.x = FALSE, meanstructure = FALSE)
  p <- parameterEstimates(f, standardized = TRUE)
  list(pe = p[, c("lhs", "op", "rhs", "est", "se", "std.all")],
       fm = as.list(fitMeasures(f, c("npar", "chisq", "df", "cfi", "rmsea", "srmr", "aic", "bic"))),
       gradient = max(abs(lavTech(f, "gradient"))))
}
cat(jsonlite::toJSON(list(lavaan = paste(packageVersion("lavaan")), models = lapply(texts, one)),
                     digits = 15, auto_unbox = TRUE))
