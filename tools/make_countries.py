"""Make content/words/countries.tsv: what every country is called in the languages people write to us in.

Run `python -m tools.make_countries` after an update of Babel, and read the diff. Names come from CLDR (Unicode
licence) through Babel; Creole names, demonyms and nicknames are kept by hand in country_nicknames.tsv beside it.
"""

from pathlib import Path

from babel import Locale

OUTPUT = Path(__file__).parents[1] / "conversations" / "content" / "words" / "countries.tsv"
LANGUAGES = (
    *("es", "en", "pt", "pt_PT", "fr", "ar", "zh", "zh_Hant", "ru", "uk", "fa", "hi", "bn"),
    *("ps", "ur", "tr", "de", "it"),  # of people who write to us in one of the languages above
)

# Not places people are citizens of, or names that are everyday words ("Man", "Jersey", "Reunión").
LEFT_OUT = frozenset(
    """
    AC AQ AX BV CC CP CQ CX DG EA EU EZ FX GG GS HM IC IM IO JE NF PN QO RE SJ TA TF TK UM UN WF XA XB YT ZZ
    """.split()  # noqa: SIM905  # one line reads better than thirty-five
)


def main() -> None:
    """Write the table, one name a line, without repeating a name that several languages share."""
    names = {
        (name, code)
        for language in LANGUAGES
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in LEFT_OUT
    }
    lines = [f"{name}\t{code}" for name, code in sorted(names, key=lambda row: (row[1], row[0]))]
    OUTPUT.write_text("text\tcode\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
