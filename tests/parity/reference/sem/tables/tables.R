# Parameter tables of lavaan for the table builder; run in this folder: Rscript tables.R
suppressMessages({library(lavaan); library(jsonlite)})
m <- list(
 cfa=list(model="visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6", args=list()),
 means=list(model="visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6", args=list(meanstructure=TRUE)),
 std_lv=list(model="visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6", args=list(std.lv=TRUE, meanstructure=TRUE)),
 orthogonal=list(model="visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6", args=list(orthogonal=TRUE)),
 mimic=list(model="f =~ x1 + x2 + x3\nf ~ z + w\ng =~ x4 + x5 + x6\ny ~ g + z\ng ~ b*w\nf ~~ y", args=list(meanstructure=TRUE)),
 random_x=list(model="f =~ x1 + x2 + x3\nf ~ z + w\ny ~ f + z", args=list(fixed.x=FALSE, meanstructure=TRUE)),
 paths=list(model="y1 ~ x1 + x2\ny2 ~ y1 + x1\ny3 ~ y1\ny3 ~~ 0*y2", args=list()),
 single=list(model="f =~ x1\ng =~ x2 + x3 + x4\nf ~ g", args=list()),
 higher=list(model="a =~ x1 + x2 + x3\nb =~ x4 + x5 + x6\nc =~ x7 + x8 + x9\ng =~ a + b + c\ng ~ z", args=list()),
 modifiers=list(model="f =~ NA*x1 + a*x2 + 0.7*x3 + start(0.8)*x4\nf ~~ 1*f\nx1 ~~ c*x1\nx2 ~~ c*x2\nx1 ~ 2*1\nf ~ 1", args=list(meanstructure=TRUE)),
 groups=list(model="f =~ x1 + c(a,b)*x2 + c(NA,0.5)*x3\nf ~ c(0,NA)*1", args=list(ngroups=2L, meanstructure=TRUE)),
 scalar=list(model="f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6", args=list(ngroups=3L, meanstructure=TRUE, group.equal=c("loadings","intercepts"))),
 strict_std=list(model="f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6", args=list(ngroups=2L, meanstructure=TRUE, std.lv=TRUE, group.equal=c("loadings","intercepts","residuals","lv.covariances"))),
 composite=list(model="c <~ x1 + x2 + x3\ny ~ c", args=list()),
 levels=list(model="level: 1\nfw =~ y1 + y2 + y3\nfw ~ x1\nlevel: 2\nfb =~ y1 + y2 + y3\nfb ~ w1", args=list(meanstructure=TRUE)),
 thresholds=list(model="f =~ u1 + u2 + u3\nu1 | t1 + t2\nu2 | t1\nu3 | t1 + t2 + t3", args=list(meanstructure=TRUE, parameterization="delta"))
)
out <- lapply(m, function(e) { p <- as.data.frame(do.call(lavaanify, c(list(model=e$model, auto=TRUE, model.type="sem", int.ov.free=TRUE, int.lv.free=FALSE, auto.th=TRUE, auto.delta=TRUE), if (is.null(e$args$fixed.x)) list(fixed.x=TRUE), e$args)))
  if (is.null(p$level)) p$level <- 1L
  if (is.null(p$group)) p$group <- 1L
  list(model=e$model, rows=p[, c("lhs","op","rhs","group","level","free","ustart","label","plabel","exo")]) })
writeLines(toJSON(out, digits=NA, auto_unbox=TRUE, na="null"), "tables.json")
