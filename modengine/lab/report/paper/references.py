"""What the methods of the lab are taken from, as a reader and as BibTeX wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reference:
    """A published source."""

    kind: str
    """The entry type of BibTeX."""
    authors: str
    """As BibTeX has them: `Family, Given and Family, Given`."""
    title: str
    year: int
    where: str
    """The journal, the proceedings or the publisher."""
    pages: str = ""
    volume: str = ""
    doi: str = ""

    def shown(self) -> str:
        """In one line, for a list of references."""
        place = f"{self.where} {self.volume}".strip() + (f", {self.pages}" if self.pages else "")
        names = [name.partition(",")[0] for name in self.authors.split(" and ")]
        who = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        return f"{who} ({self.year}). {self.title}. {place}." + (f" doi:{self.doi}" if self.doi else "")


REFERENCES: Mapping[str, Reference] = {
    "benjamini1995": Reference(
        "article", "Benjamini, Yoav and Hochberg, Yosef",
        "Controlling the false discovery rate: a practical and powerful approach to multiple testing", 1995,
        "Journal of the Royal Statistical Society, Series B", "289--300", "57", "10.1111/j.2517-6161.1995.tb02031.x",
    ),
    "broder1997": Reference(
        "inproceedings", "Broder, Andrei Z.", "On the resemblance and containment of documents", 1997,
        "Compression and Complexity of SEQUENCES 1997", "21--29", "", "10.1109/SEQUEN.1997.666900",
    ),
    "clopper1934": Reference(
        "article", "Clopper, C. J. and Pearson, E. S.",
        "The use of confidence or fiducial limits illustrated in the case of the binomial", 1934, "Biometrika",
        "404--413", "26", "10.1093/biomet/26.4.404",
    ),
    "davison1997": Reference(
        "book", "Davison, A. C. and Hinkley, D. V.", "Bootstrap Methods and their Application", 1997,
        "Cambridge University Press", doi="10.1017/CBO9780511802843",
    ),
    "ernst2004": Reference(
        "article", "Ernst, Michael D.", "Permutation methods: a basis for exact inference", 2004,
        "Statistical Science", "676--685", "19", "10.1214/088342304000000396",
    ),
    "fan2008": Reference(
        "article", "Fan, Rong-En and Chang, Kai-Wei and Hsieh, Cho-Jui and Wang, Xiang-Rui and Lin, Chih-Jen",
        "LIBLINEAR: a library for large linear classification", 2008, "Journal of Machine Learning Research",
        "1871--1874", "9",
    ),
    "fisher1922": Reference(
        "article", "Fisher, R. A.",
        "On the interpretation of chi-squared from contingency tables, and the calculation of P", 1922,
        "Journal of the Royal Statistical Society", "87--94", "85", "10.2307/2340521",
    ),
    "fleiss1979": Reference(
        "article", "Fleiss, Joseph L. and Cuzick, Jack",
        "The reliability of dichotomous judgments: unequal numbers of judges per subject", 1979,
        "Applied Psychological Measurement", "537--542", "3", "10.1177/014662167900300410",
    ),
    "garg2019": Reference(
        "inproceedings",
        "Garg, Sahaj and Perot, Vincent and Limtiaco, Nicole and Taly, Ankur and Chi, Ed H. and Beutel, Alex",
        "Counterfactual fairness in text classification through robustness", 2019,
        "Proceedings of the 2019 AAAI/ACM Conference on AI, Ethics, and Society", "219--226", "",
        "10.1145/3306618.3317950",
    ),
    "holm1979": Reference(
        "article", "Holm, Sture", "A simple sequentially rejective multiple test procedure", 1979,
        "Scandinavian Journal of Statistics", "65--70", "6",
    ),
    "horvitz1952": Reference(
        "article", "Horvitz, D. G. and Thompson, D. J.",
        "A generalization of sampling without replacement from a finite universe", 1952,
        "Journal of the American Statistical Association", "663--685", "47", "10.1080/01621459.1952.10483446",
    ),
    "korn1998": Reference(
        "article", "Korn, Edward L. and Graubard, Barry I.",
        "Confidence intervals for proportions with small expected number of positive counts estimated from survey data",
        1998, "Survey Methodology", "193--201", "24",
    ),
    "krippendorff2004": Reference(
        "book", "Krippendorff, Klaus", "Content Analysis: An Introduction to Its Methodology", 2004, "Sage",
    ),
    "rao1992": Reference(
        "article", "Rao, J. N. K. and Scott, A. J.", "A simple method for the analysis of clustered binary data", 1992,
        "Biometrics", "577--585", "48", "10.2307/2532311",
    ),
    "rottger2021": Reference(
        "inproceedings",
        "Röttger, Paul and Vidgen, Bertie and Nguyen, Dong and Waseem, Zeerak and Margetts, Helen"
        " and Pierrehumbert, Janet",
        "HateCheck: functional tests for hate speech detection models", 2021, "Proceedings of ACL-IJCNLP 2021",
        "41--58", "", "10.18653/v1/2021.acl-long.4",
    ),
    "schuirmann1987": Reference(
        "article", "Schuirmann, Donald J.",
        "A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence of "
        "average bioavailability", 1987, "Journal of Pharmacokinetics and Biopharmaceutics", "657--680", "15",
    ),
    "tango1998": Reference(
        "article", "Tango, Toshiro",
        "Equivalence test and confidence interval for the difference in proportions for the paired-sample design", 1998,
        "Statistics in Medicine", "891--908", "17",
    ),
    "ustun2019": Reference(
        "article", "Ustun, Berk and Rudin, Cynthia", "Learning optimized risk scores", 2019,
        "Journal of Machine Learning Research", "1--75", "20(150)",
    ),
    "zou2008": Reference(
        "article", "Zou, Guang Yong and Donner, Allan",
        "Construction of confidence limits about effect measures: a general approach", 2008,
        "Statistics in Medicine", "1693--1702", "27", "10.1002/sim.3095",
    ),
    "zou2009": Reference(
        "article", "Zou, Guang Yong and Huang, Wenyi and Zhang, Xiaohe",
        "A note on confidence interval estimation for a linear function of binomial proportions", 2009,
        "Computational Statistics and Data Analysis", "1080--1085", "53",
    ),
}  # fmt: skip
"""By key, in the order of the alphabet."""

_WHERE = {"article": "journal", "inproceedings": "booktitle", "book": "publisher"}


def bibtex(keys: Iterable[str]) -> str:
    """The entries of these keys.  Raises KeyError for one that is not there."""
    return "\n".join(_entry(key, REFERENCES[key]) for key in keys)


def _entry(key: str, reference: Reference) -> str:
    fields = {
        "author": reference.authors,
        "title": f"{{{reference.title}}}",
        "year": str(reference.year),
        _WHERE[reference.kind]: reference.where,
        "volume": reference.volume,
        "pages": reference.pages,
        "doi": reference.doi,
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{reference.kind}{{{key},\n{lines}}}\n"
