# Data of R's multilevel (GPL-2 or later) that the references use: Rscript multilevel_data.R FOLDER
library(multilevel); out <- commandArgs(TRUE)[1]
data(sherifdat); data(univbct)
write.csv(sherifdat, file.path(out, "sherifdat.csv"), row.names = FALSE)
u <- univbct[, c("BTN", "COMPANY", "SUBNUM", "TIME", "JSAT", "JOBSAT1", "READY1", "AGE")]
u$COMPANY <- paste(u$BTN, u$COMPANY, sep = "-")
write.csv(u, file.path(out, "univbct.csv"), row.names = FALSE)
