"""The export as a Qualtrics survey writes it: three heading rows, then codes."""

from __future__ import annotations

import csv
import io
import json

import pandas as pd

from collective_use.instrument.model import Instrument
from collective_use.platforms.columns import instrument_columns
from collective_use.simulation.rows import META

_META_TEXT = {
    "StartDate": "Start Date",
    "EndDate": "End Date",
    "Status": "Response Type",
    "IPAddress": "IP Address",
    "RecordedDate": "Recorded Date",
    "ResponseId": "Response ID",
    "RecipientLastName": "Recipient Last Name",
    "RecipientFirstName": "Recipient First Name",
    "RecipientEmail": "Recipient Email",
    "ExternalReference": "External Data Reference",
    "LocationLatitude": "Location Latitude",
    "LocationLongitude": "Location Longitude",
    "DistributionChannel": "Distribution Channel",
    "UserLanguage": "User Language",
}
_META_IMPORT = {
    "IPAddress": "ipAddress",
    "Duration (in seconds)": "duration",
    "ResponseId": "_recordId",
    "ExternalReference": "externalDataReference",
}


def qualtrics_csv(rows: pd.DataFrame, instrument: Instrument) -> str:
    """Write rows as a Qualtrics export: names, question texts, import ids, then the answers.

    Parameters
    ----------
    rows
        Platform columns, keys and answers; text cells, empty where nothing was asked.
    instrument
        Gives the question texts, in its first language.
    """
    names = [str(column) for column in rows.columns]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    questions = {**_META_TEXT, **_questions(instrument)}
    writer.writerow([questions.get(name, name) for name in names])
    writer.writerow([_import_id(name) for name in names])
    writer.writerows(rows.itertuples(index=False, name=None))
    return text.getvalue()


def _questions(instrument: Instrument) -> dict[str, str]:
    """Return the question text of every column, as a matrix row has it in an export."""
    language = instrument.languages[0]
    result = {}
    for column in instrument_columns(instrument):
        text = instrument.get_item(column.item).text.get(language, column.item)
        parts = (text, column.position, column.option)
        result[column.name] = " - ".join(str(part) for part in parts if part is not None)
    return result


def _import_id(name: str) -> str:
    if name in META:
        identifier = _META_IMPORT.get(name, name[0].lower() + name[1:])
    else:
        identifier = f"QID_{name}"
    return json.dumps({"ImportId": identifier}, separators=(",", ":"))
