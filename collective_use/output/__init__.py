"""Writing results: whole folders and files or nothing, and cells that are safe in a spreadsheet."""

from collective_use.output.archives import same_archive
from collective_use.output.cells import csv_bytes, csv_parts, json_bytes
from collective_use.output.files import write_file, written
from collective_use.output.folders import (
    LOG_FILE,
    check_place,
    result_folder,
    settle,
    write_folder,
    write_run,
)
from collective_use.output.safe import safe_cell, table_csv
from collective_use.output.swap import MADE_BY, RUN_FILE, is_ours

__all__ = [
    "LOG_FILE",
    "MADE_BY",
    "RUN_FILE",
    "check_place",
    "csv_bytes",
    "csv_parts",
    "is_ours",
    "json_bytes",
    "result_folder",
    "safe_cell",
    "same_archive",
    "settle",
    "table_csv",
    "write_file",
    "write_folder",
    "write_run",
    "written",
]
