"""The table of commands: one line each, loaded when called.

To add a command, write ``cli/<file>.py`` with a typer ``app`` and add a line here. A file
with one command is that command; a file with several is a family (``instrument list``).
The file imports nothing heavier than typer at its top, so that help stays fast.
"""

from __future__ import annotations

from typing import NamedTuple


class CommandEntry(NamedTuple):
    """One command of the program.

    Attributes
    ----------
    section
        The heading in the help.
    module
        Where its typer ``app`` is.
    summary
        One line for the help.
    """

    section: str
    module: str
    summary: str


START = "First steps"
BEFORE = "Before fielding"
AFTER = "From the export to results"

COMMANDS: dict[str, CommandEntry] = {
    "demo": CommandEntry(START, "demo", "Score the bundled sample and see what comes out."),
    "init": CommandEntry(START, "init", "Begin a study: a folder with a commented study.yaml."),
    "instrument": CommandEntry(
        BEFORE, "instrument", "List, show, check, or begin a questionnaire instrument."
    ),
    "questionnaire": CommandEntry(
        BEFORE, "questionnaire", "Print the questionnaire: PDF, Word or a page."
    ),
    "publish": CommandEntry(
        BEFORE, "publish", "Write the online form: KoBo/ODK, SurveyJS, web page, Qualtrics, ..."
    ),
    "letters": CommandEntry(
        BEFORE, "letters", "Letter to the unit, information sheet, consents for abroad."
    ),
    "codebook": CommandEntry(
        BEFORE, "codebook", "Write the codebook: every item with codes, labels and columns."
    ),
    "sheets": CommandEntry(
        BEFORE, "sheets", "Workbooks for expert judges, translators, cognitive interviews."
    ),
    "placement": CommandEntry(
        BEFORE, "placement", "Test whether words of scales stand alike in two languages."
    ),
    "plan": CommandEntry(
        BEFORE, "plan", "How many groups and members; what those at hand can show."
    ),
    "seal": CommandEntry(
        BEFORE, "seal", "Put every decision under a hash before the data; amend in the open."
    ),
    "verify": CommandEntry(BEFORE, "verify", "Check a sealed plan, and the study against it."),
    "simulate": CommandEntry(BEFORE, "simulate", "Make a survey export with known true values."),
    "entry": CommandEntry(AFTER, "entry", "A workbook for typing in answers from paper, twice."),
    "receive": CommandEntry(
        AFTER, "receive", "Take the answers that the web page hands in, a file each."
    ),
    "pseudonymize": CommandEntry(
        AFTER, "pseudonymize", "A copy of an export with keyed codes in place of persons."
    ),
    "monitor": CommandEntry(
        AFTER, "monitor", "While the survey runs: response of each group, whom to remind."
    ),
    "map": CommandEntry(AFTER, "map", "Draft which heading of an export means which item."),
    "score": CommandEntry(
        AFTER, "score", "One export in, scored persons and group constructs out."
    ),
    "reduce": CommandEntry(
        AFTER,
        "reduce",
        "Shorten the scales by what an export shows, into a form of the instrument.",
    ),
    "validate": CommandEntry(
        AFTER, "validate", "score, and what the answers say of the scales: reliability, validity."
    ),
    "fit": CommandEntry(
        AFTER, "fit", "score, and the structural models of the instrument by two engines."
    ),
    "run": CommandEntry(AFTER, "run", "Do all that a study.yaml asks for."),
    "report": CommandEntry(
        AFTER, "report", "One page that people open: answers in words, pictures, every table."
    ),
    "archive": CommandEntry(
        AFTER, "archive", "A replication package: cleared data, labels, codebook, results."
    ),
}
