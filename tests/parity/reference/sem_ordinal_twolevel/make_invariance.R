# Invariance of ordered variables by Wu & Estabrook (2016): semTools 0.5-6 writes the model text,
# lavaan 0.6-14 fits it, Newton steps bring it to its optimum. Run in this folder,
# `Rscript make_invariance.R`; results go to invariance/, the data sets to data/.
suppressMessages({library(lavaan); library(semTools); library(jsonlite)})
lines <- readLines("make.R")
first <- grep("^polish <- ", lines); last <- grep("^save <- ", lines)
eval(parse(text = lines[first:last]))      # polish, dump and save of make.R

# binary and three-point items in three groups
set.seed(2016)
N <- 1500
g <- rep(c("x", "y", "z"), c(450, 500, 550))
f1 <- rnorm(N) * c(x = 1, y = 1.2, z = .9)[g] + c(x = 0, y = .3, z = -.2)[g]
f2 <- .5 * f1 + sqrt(.75) * rnorm(N)
l <- c(.8, .7, .6, .75, .7, .8, .65, .7)
cuts <- list(.1, -.4, c(-.7, .5), c(-.2, .9), .3, c(-1, .2), -.1, c(-.5, .8))
few <- as.data.frame(sapply(1:8, function(i) {
  y <- l[i] * (if (i <= 4) f1 else f2) + sqrt(1 - l[i]^2) * rnorm(N)
  as.integer(cut(y, c(-Inf, cuts[[i]], Inf)))
}))
names(few) <- paste0("w", 1:8)
few$g <- g
save(few, "few")
five <- read.csv("data/five.csv")
mixed <- read.csv("data/mixed.csv")

model <- function(x) paste0("f1 =~ ", paste0(x, 1:4, collapse = " + "), "\nf2 =~ ", paste0(x, 5:8, collapse = " + "))
dir.create("invariance", showWarnings = FALSE)
steps <- list(configural = "", thresholds = "thresholds", loadings = c("thresholds", "loadings"),
              intercepts = c("thresholds", "loadings", "intercepts"))
more <- list(residuals = c(steps$intercepts, "residuals"),
             means = c(steps$intercepts, "residuals", "lv.variances", "lv.covariances", "means"))
run <- function(data, x, ordered, step, equal, parameterization, name, partial = NULL) {
  arguments <- list(model(x), data = data, ordered = ordered, parameterization = parameterization,
                    ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016", group = "g", group.equal = equal)
  if (!is.null(partial)) arguments$group.partial <- partial
  text <- as.character(do.call("measEq.syntax", arguments))
  fit <- do.call("cfa", list(text, data = data, ordered = ordered, group = "g", parameterization = parameterization))
  dump(fit, file.path("invariance", paste(name, step, parameterization, sep = "_")), extra = list(text = text))
}
v <- paste0("v", 1:8); w <- paste0("w", 1:8)
for (p in c("delta", "theta")) for (s in names(steps)) {
  run(five, "v", v, s, steps[[s]], p, "five")
  run(few, "w", w, s, steps[[s]], p, "few")
}
for (s in names(more)) {
  run(five, "v", v, s, more[[s]], "theta", "five")
  run(few, "w", w, s, more[[s]], "theta", "few")
}
run(five, "v", v, "partial", steps$intercepts, "delta", "five",
    partial = c("v1 | t2", "v1 | t3", "v1 | t4", "v3 ~ 1", "f2 =~ v6"))
run(mixed, "v", v[c(2:5, 7, 8)], "intercepts", steps$intercepts, "delta", "mixed")
run(mixed, "v", v[c(2:5, 7, 8)], "residuals", more$residuals, "theta", "mixed")

# what lavaan itself does with group.equal where some variables are continuous
for (p in c("delta", "theta")) dump(
  cfa(model("v"), mixed, ordered = v[c(2:5, 7, 8)], group = "g", parameterization = p, std.lv = TRUE,
      group.equal = c("loadings", "thresholds")), file.path("invariance", paste0("mixed_lavaan_", p)))

# residual variances held equal by lavaan's own group.equal: they stay at 1, but for those released
strict <- function(data, ordered, name, ...) dump(
  cfa(model("v"), data, ordered = ordered, group = "g", parameterization = "theta", std.lv = TRUE,
      group.equal = c("loadings", "thresholds", "residuals"), ...), file.path("invariance", name))
strict(five, v, "five_lavaanstrict_theta")
strict(five, v, "five_lavaanpartial_theta", group.partial = c("v1 ~~ v1", "v6 ~~ v6"))
strict(mixed, v[c(2:5, 7, 8)], "mixed_lavaanstrict_theta")

# continuous covariates as variables beside the ordered ones
set.seed(1984)
mimic <- five
mimic$x <- .5 * five$v1 - .2 * five$v2 + rnorm(nrow(five))
mimic$z <- 10 + 2 * (.3 * five$v6 + .3 * mimic$x + rnorm(nrow(five)))
save(mimic, "mimic")
text <- paste0(model("v"), "\nf1 ~ x\nf2 ~ x + z")
dump(sem(text, mimic, ordered = v, conditional.x = FALSE, fixed.x = FALSE), "ord_mimic")
dump(sem(text, mimic, ordered = v, conditional.x = FALSE, fixed.x = FALSE, group = "g",
         group.equal = c("loadings", "thresholds")), "ord_mimic_groups")
