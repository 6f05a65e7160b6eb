# Reference numbers from the R package careless 1.2.2 (Yentes & Wilhelm) and psych.
# Rscript careless.R, in this folder. CARELESS_SOURCE may name a folder with the package's R files
# where the package is not installed.
library(jsonlite)
source_folder <- Sys.getenv("CARELESS_SOURCE")
if (nzchar(source_folder)) {
  for (file in list.files(source_folder, "[.]R$", full.names = TRUE)) {
    if (!grepl("package|dataset", file)) source(file)
  }
} else {
  library(careless)
}
data <- read.csv("careless_dataset.csv")
holes <- as.matrix(data)
holes[(seq_along(holes) * 7919) %% 23 == 0] <- NA
holes <- as.data.frame(holes)
numbers <- function(x) {
  turned <- x # every second item reversed, so that there are antonyms
  turned[, seq(2, 50, 2)] <- 6 - turned[, seq(2, 50, 2)]
  runs <- longstring(x, avg = TRUE)
  list(
    longest = runs$longstr,
    average = runs$avgstr,
    irv = irv(x),
    even_odd = suppressWarnings(evenodd(x, rep(5, 10))),
    mahalanobis = mahad(x, plot = FALSE),
    synonyms = psychsyn(x, critval = .40, resample_na = FALSE),
    synonym_pairs = psychsyn(x, critval = .40, diag = TRUE, resample_na = FALSE)$numPairs,
    antonyms = psychsyn(turned, critval = .40, anto = TRUE, resample_na = FALSE)
  )
}
write_json(
  list(complete = numbers(data), holes = numbers(holes)),
  "careless.json", digits = NA, na = "null"
)
