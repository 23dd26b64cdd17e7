# Which channels does the policy miss harm in?  A mixed model of the rows of `modengine eval --rows rows.csv`.
#
#     Rscript rows.R rows.csv
#
# Messages of one cluster (a template, a source) are not independent: each cluster has an intercept of its own.

library(lme4)

file <- commandArgs(trailingOnly = TRUE)[1]
rows <- read.csv(file, encoding = "UTF-8", na.strings = "", colClasses = c(id = "character"))
rows$id <- sub("^'", "", rows$id) # a cell that a spreadsheet would run begins with one '

harmful <- subset(rows, label != "none")
harmful$channel <- factor(harmful$stratum_channel)
harmful$length <- as.numeric(scale(log(harmful$characters)))
cat("messages:", nrow(harmful), " acted on:", sum(harmful$acted), " clusters:", length(unique(harmful$cluster)), "\n")

model <- glmer(acted ~ channel + length + (1 | cluster), data = harmful, family = binomial)
estimates <- summary(model)$coefficients
odds <- exp(cbind(
  odds.ratio = estimates[, "Estimate"],
  low = estimates[, "Estimate"] - qnorm(0.975) * estimates[, "Std. Error"],
  high = estimates[, "Estimate"] + qnorm(0.975) * estimates[, "Std. Error"]
))
print(round(odds, 2))
cat("spread of the clusters, log odds:", round(attr(VarCorr(model)$cluster, "stddev"), 3), "\n")

# Without covariates: is the probability of being acted on the same in all channels?
null <- update(model, . ~ . - channel)
print(anova(null, model))

# `hits` holds several rules in one cell.
rules <- unlist(strsplit(harmful$hits[!is.na(harmful$hits)], "; ", fixed = TRUE))
print(sort(table(rules), decreasing = TRUE)[1:5])
