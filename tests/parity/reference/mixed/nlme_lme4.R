# Mixed models by nlme and lme4: Rscript nlme_lme4.R DATA AGREEMENT_DATA OUT.json
# DATA holds roundrobin.csv, waves.csv, sherifdat.csv, univbct.csv; AGREEMENT_DATA bh1996.csv and lq2002.csv.
suppressMessages({library(nlme); library(lme4); library(jsonlite)})
a <- commandArgs(TRUE)
controls <- list(lmeControl(maxIter=500, msMaxIter=500, msMaxEval=5000, opt="optim", tolerance=1e-10, msTol=1e-12, reltol=1e-14, returnObject=TRUE),
                 lmeControl(maxIter=500, msMaxIter=500, msMaxEval=5000, opt="nlminb", tolerance=1e-10, msTol=1e-12, returnObject=TRUE))
best <- function(make) { b <- NULL; for (k in controls) { f <- try(suppressWarnings(make(k)), silent=TRUE); if (!inherits(f, "try-error") && (is.null(b) || logLik(f) > logLik(b))) b <- f }; b }
components <- function(m, two) { s <- m$sigma; k <- lapply(m$modelStruct$reStruct, function(x) as.matrix(x) * s^2)
  if (two) list(group=list(intercept=k$group[1,1], slope=k$group[2,2], covariance=k$group[1,2]), member=k$member[1,1], residual=s^2)
  else list(group=k$group[1,1], residual=s^2) }
fixed <- function(m) { t <- summary(m)$tTable; list(estimate=as.numeric(t[,1]), se=as.numeric(t[,2])) }
emergence <- function(d) { out <- list(); for (m in c("REML", "ML")) {
  plain <- best(function(k) lme(value ~ wave, random=list(group=pdSymm(~wave), member=pdIdent(~1)), data=d, method=m, control=k))
  full <- best(function(k) lme(value ~ wave, random=list(group=pdSymm(~wave), member=pdIdent(~1)), weights=varExp(form=~wave), data=d, method=m, control=k))
  out[[m]] <- list(n=nrow(d), without=list(logLik=as.numeric(logLik(plain)), variance=components(plain, TRUE), fixed=fixed(plain)),
    with=list(logLik=as.numeric(logLik(full)), variance=components(full, TRUE), fixed=fixed(full), delta=as.numeric(coef(full$modelStruct$varStruct)))) }; out }
scale_models <- function(d) { out <- list(); for (m in c("REML", "ML")) {
  plain <- best(function(k) lme(value ~ 1, random=~1|group, data=d, method=m, control=k))
  ident <- best(function(k) lme(value ~ 1, random=~1|group, weights=varIdent(form=~1|stratum), data=d, method=m, control=k))
  expo <- best(function(k) lme(value ~ 1, random=~1|group, weights=varExp(form=~z), data=d, method=m, control=k))
  one <- function(f) list(logLik=as.numeric(logLik(f)), variance=components(f, FALSE), fixed=fixed(f))
  out[[m]] <- list(n=nrow(d), homogeneous=one(plain), varIdent=c(one(ident), list(sd_ratio=as.list(coef(ident$modelStruct$varStruct, unconstrained=FALSE, allCoef=TRUE)))),
    varExp=c(one(expo), list(delta=as.numeric(coef(expo$modelStruct$varStruct))))) }; out }
three <- function(d) { out <- list(); for (r in c(TRUE, FALSE)) {
  f <- lmer(value ~ 1 + (1|parent/group), data=d, REML=r, control=lmerControl(optimizer="Nelder_Mead", optCtrl=list(maxfun=1e6, FtolAbs=1e-14, FtolRel=1e-16, XtolRel=1e-12)))
  v <- as.data.frame(VarCorr(f)); get <- function(g) v$vcov[v$grp == g]
  row <- list(n=nrow(d), logLik=as.numeric(logLik(f)), parent=get("parent"), group=get("group:parent"), member=get("Residual"), mean=as.numeric(fixef(f)), mean_se=sqrt(vcov(f)[1,1]))
  out[[if (r) "REML" else "ML"]] <- row }; out }
sherif <- read.csv(file.path(a[1], "sherifdat.csv")); u <- read.csv(file.path(a[1], "univbct.csv"))
s <- data.frame(value=sherif$y, group=factor(sherif$group), member=factor(sherif$person), wave=sherif$time)
b <- with(u, data.frame(value=JSAT, group=factor(COMPANY), member=factor(SUBNUM), wave=TIME)); b <- b[complete.cases(b), ]
first <- u[u$TIME == 0, ]; f <- with(first, data.frame(value=JOBSAT1, group=factor(COMPANY), parent=factor(BTN))); f <- f[complete.cases(f), ]
l <- read.csv(file.path(a[2], "bh1996.csv"))
l <- data.frame(value=l$LEAD, group=l$GRP, stratum=factor(l$GRP %% 3), z=l$GRP / 100)
out <- list(source=paste0("nlme ", packageVersion("nlme"), ", lme4 ", packageVersion("lme4"), ", ", R.version.string),
  sherifdat=emergence(s), univbct=emergence(b), bh1996=scale_models(l), three_levels=three(f))
write(toJSON(out, auto_unbox=TRUE, digits=I(15), null="null", na="null", pretty=1), a[3])
