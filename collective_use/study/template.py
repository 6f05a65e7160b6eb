"""A study file that teaches: every setting with its default and why one would change it."""

from __future__ import annotations

import os
from pathlib import Path

from collective_use.checks import one_of
from collective_use.errors import InputError, OutputError
from collective_use.instrument.library import instrument_names
from collective_use.phrases import languages
from collective_use.study.comments import comments_told
from collective_use.study.settings import STUDY_FILE

TEMPLATE = """\
# A study: which answers, which instrument, which decisions. Run it with
#
#     collective-use run
#
# in this folder. Everything is written to one folder of results, and its run.json says what was
# used. Decide before you look at results, and keep this file with your data.
# Lines that begin with # are comments; take the # away to set something.

# The instrument: a bundled name (see: collective-use instrument list), or the path of your own.
instrument: {instrument}

# The survey exports, as the platform wrote them: csv, tsv, xlsx, sav, dta or parquet. Several are
# stacked. What all rows of a file share may be declared.
exports:
  - {export}
  # - file: wave2.csv
  #   wave: 2
  #   country: CN
  #   language: zh

# Who was asked: a table with the columns group and member (and, for rosters, position and
# partner). Without it a response rate cannot be known.
{members}
# What key informants say about whole groups: a table with the column group and one column an item.
{informants}

# Columns that are called differently in your export than in the instrument. The weight column
# holds survey weights.
{group}
#   member: PersonCode
#   partner: Organisation
#   parent: Region
#   wave: Round
#   weight: w

# The form that was fielded; without it, the items found in the export are used.
{form}

# Answers outside the response scale: error stops and names them; missing counts them and goes on.
invalid: error

# Headings that are not the instrument's own can be explained in a file of their own.
{map}

# Rows of the export that are no full answers. Preview rows and rows that were never sent off are
# dropped, and of several submissions of one person the last is kept; all are counted.
# previews: drop
# unfinished: drop
# duplicates: last

# Persons who left the box of a consent empty that taking part needs have not consented: they are
# left out and counted. keep is for consent that you hold elsewhere, such as signed on paper.
# unticked_consent: drop

# The missing rule: how much of a measure a person must have answered to get a score. A share (0.5:
# half of the items) or a number of items (3). Without it each measure's own rule counts.
# minimum_answered: 0.5

# Rules that leave careless answers out. They are fixed here, before the analysis; none is set, so
# nobody is left out. true takes the default value of a rule, a number sets your own. Everyone's
# indices and flags go to screening.csv; with careless: keep they are only flagged.
# screening:
#   longstring: 10          # the same answer in a row on one page, Johnson 2005
#   instructed: true        # "please choose ..." answered otherwise, Meade & Craig 2012
#   seconds_per_item: 2     # Huang et al. 2012
# careless: drop

# The smallest group that gets a value. Agreement cannot be judged from fewer than three members.
# Smaller groups stay in the table, with the reason.
minimum_group_size: 3

# Rules of thumb, each with its source in the results. Other values need a reason of yours.
# cutoffs:
#   rwg_j: 0.70      # LeBreton & Senter 2008
#   icc1: 0.05       # LeBreton & Senter 2008
#   icc2: 0.70       # Bliese 2000
#   response_rate: 0.80

# The distribution that stands for "members do not agree", chosen before the data are seen: the
# first judges, the others show how far the verdict depends on it. Else the instrument's own.
# null_distributions: [uniform, slight_skew]

# One voice for each member of a group (member), or for each partner organisation (partner).
# voice: member

# Draws for the chance of as much agreement in each group; 0 leaves that out.
# repetitions: 2000

# Measures to aggregate; all when left out.
# measures: [lead, tsig]

# Look through the scales: reliability, items, validity (quick, or thorough for minutes).
# validation: quick

# Language of what is printed, and of the report: en or zh.
{lang}

# Structural models of the instrument to fit at the level of groups.
# models: [M1]

# The report, a page that opens in any browser: true, or its languages (en, zh, en+zh).
report: true

# What you expect. collective-use seal puts all decisions of this file under a hash before the data
# are looked at; later runs say what was planned and what deviates.
hypotheses:
  # - id: H1
  #   text: Connected groups use performance data more, since they make sense of it together.
  #   model: M1
  #   effect: con -> ssm -> cdu
  #   expected: positive
  # - id: H2
  #   text: Uneven power keeps dissent out, less so where leading is shared.
  #   model: M1
  #   effect: pim -> dcb -> cdu
  #   moderator: dl
# How many groups and members are asked, and by which values that was planned (docs/planning.md);
# collective-use plan study.yaml computes what they can show.
# planning:
#   groups: 60
#   members: 8
#   response_rate: 0.7
#   spread: 1.0
#   values: {{icc: 0.15, halo: 0.3}}
# seal: study.seal.json

# Everything that draws by chance draws the same again with the same seed.
seed: 1

# Where results go, seen from this file.
out: results

# groups.csv and agreement.csv are made for showing: small groups withheld, figures rounded.
# true writes exact tables, too, in a folder of its own that is for the analyst only.
full: false
"""


def init_study(
    folder: str | Path,
    *,
    instrument: str = "collective_data_use",
    export: str | None = None,
    members: str | None = None,
    informants: str | None = None,
    group: str | None = None,
    form: str | None = None,
    map_file: str | None = None,
    language: str | None = None,
) -> Path:
    """Write a commented study.yaml into a folder.

    Parameters
    ----------
    folder
        A new or existing folder.
    instrument
        Named in the file: a bundled name or a path.
    export
        A survey export, if there is one already; members.csv and informants.csv are named
        when they lie beside it.
    members, informants, map_file
        Files to name. Paths are written as seen from the folder, so that a study can be moved
        together with its data.
    group, form
        The column of the group and the form fielded.
    language
        Of the comments, and of what the study prints; English when left out.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    OutputError
        When the folder holds a study already or cannot be written.
    InputError
        When a file that is named does not exist, or the language has no phrases.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> cu.init_study(tempfile.mkdtemp() + "/my_study", instrument="lq2002").name
    'study.yaml'
    """
    place = Path(folder).expanduser()
    file = place / STUDY_FILE
    if place.exists() and not place.is_dir():
        raise OutputError(f"a study is a folder, got the file {folder}; name another place")
    if file.exists():
        raise OutputError(f"{file} is there already; edit it, or name another folder")
    if language is not None:
        one_of("language", language, languages())
    named = {"export": export, "members": members, "informants": informants, "map": map_file}
    for name, path in named.items():
        if path is not None and not Path(path).is_file():
            raise InputError(f"{name} must be a file, got {path!r}, which is not there")
    text = TEMPLATE.format(
        instrument=_instrument(instrument, place),
        export=_seen_from(place, export) if export else "export.csv",
        members=_line(place, "members", members or _beside(export, "members")),
        informants=_line(place, "informants", informants or _beside(export, "informants")),
        map=_line(place, "map", map_file, "columns.yaml"),
        lang=f"lang: {language}" if language else "# lang: zh",
        form=f"form: {_quoted(form)}" if form else "# form: short",
        group=f"columns:\n  group: {_quoted(group)}" if group else "# columns:\n#   group: TeamID",
    )
    try:
        place.mkdir(parents=True, exist_ok=True)
        file.write_text(comments_told(language, text), encoding="utf-8", newline="\n")
    except OSError as problem:
        raise OutputError(f"{file} cannot be written: {problem.strerror}") from problem
    return file


def _beside(export: str | None, name: str) -> str | None:
    other = Path(export).with_name(f"{name}.csv") if export else None
    if other is None or not other.is_file():
        return None
    with other.open(encoding="utf-8", errors="replace") as lines:
        bare = lines.readline().strip().lower() == "group"
    # a file of groups alone, as simulate writes it without group questions, says nothing
    return None if bare else str(other)


def _line(place: Path, name: str, file: str | None, example: str = "") -> str:
    return f"{name}: {_seen_from(place, file)}" if file else f"# {name}: {example or name + '.csv'}"


def _instrument(name: str, place: Path) -> str:
    if name in instrument_names() or not Path(name).exists():
        return name
    return _seen_from(place, name)


def _seen_from(place: Path, file: str) -> str:
    """Return a path as seen from the study's folder; whole where they share only the root."""
    path, start = Path(file).expanduser().resolve(), place.resolve()
    shared = os.path.commonpath([path, start]) if path.anchor == start.anchor else path.anchor
    if shared == path.anchor:
        return _quoted(str(path))
    seen = Path(os.path.relpath(path, start)).as_posix()
    return _quoted(seen if seen.startswith(".") else f"./{seen}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
