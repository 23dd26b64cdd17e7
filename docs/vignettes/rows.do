* Which channels does the policy miss harm in?  Over the rows of `modengine eval --rows rows.csv`.
*
*     stata -b do rows.do rows.csv
*
* Messages of one cluster (a template, a source) are not independent: each cluster has an intercept of its own.

version 16
args file
import delimited "`file'", clear varnames(1) encoding("utf-8") bindquotes(strict) case(preserve) stringcols(3)
* Columns: `corpus`, `row`, `id`: the third is a text, whatever it looks like.
replace id = substr(id, 2, .) if substr(id, 1, 1) == "'"

keep if label != "none"
encode stratum_channel, generate(channel)
generate double loglength = log(characters)
egen double length = std(loglength)
count
tabulate channel acted, row
* `acted` is 0 or 1, as every boolean in the table.
melogit acted i.channel length || cluster:, or

* `hits` holds several rules in one cell.
generate byte paid_clicks = strpos("; " + hits + "; ", "; fraud.paid-clicks; ") > 0
tabulate paid_clicks acted
