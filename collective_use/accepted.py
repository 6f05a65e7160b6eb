"""Names for what is taken or given back untyped; each says what it is.

Python cannot say "one number for each person, as a list, an array or a column", and the libraries
for workbooks, PDF and Word bring no types. In signatures these names stand instead of `Any`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Values: TypeAlias = Any
"""One number for each person: a sequence, a (N,) array or a column of a data frame; missing as
NaN or None."""

Labels: TypeAlias = Any
"""One label for each person (group, partner, stratum): a sequence, a (N,) array or a column."""

Items: TypeAlias = Any
"""Persons by items: a data frame, an (N, J) array, or a sequence of rows; one item may be (N,)."""

Matrix: TypeAlias = Any
"""Numbers in rows and columns: a data frame, a two-dimensional array or a sequence of rows."""

Covariances: TypeAlias = Any
"""Covariances of observed variables: a data frame with their names, or one for each group in a
list or by the group's name; none where there are cases."""

Means: TypeAlias = Any
"""Means of observed variables: a series or a mapping by name, or numbers in their order; one of
these for each group in a list or by the group's name."""

RosterAnswers: TypeAlias = Any
"""Members by listed persons: a matrix for each group in a mapping, one matrix, or a data frame
with a row for each rater and target."""

GroupTable: TypeAlias = Any
"""Groups by measures: what `aggregate` or `group_values` returns, or a data frame with one row a
group."""

Label: TypeAlias = Any
"""The name of one group or person, as it was given: a text or a number."""

Array: TypeAlias = Any
"""A numpy array whose kind of numbers the reader finds out."""

Frame: TypeAlias = Any
"""A pandas data frame, where pandas is not loaded before it is asked for."""

Plain: TypeAlias = Any
"""What a YAML or JSON file can hold: nothing, a truth value, a number, a text, or a list or
mapping of them."""

PlainDict: TypeAlias = dict[str, Any]
"""A mapping of a YAML or JSON file as it was read; who takes a key checks what is there."""

PlainMapping: TypeAlias = Mapping[str, Any]
"""The same, to be read only."""

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
"""What is written into a JSON file: the same as `Plain`, told part by part."""

JsonObject: TypeAlias = "dict[str, Json]"
"""A mapping that is written into a JSON file."""

Arguments: TypeAlias = Any
"""Arguments handed on by their names to the function below, which checks them."""

Given: TypeAlias = Any
"""Whatever a user wrote in a place where another thing is asked for; it is checked next."""

Found: TypeAlias = Any
"""What a function that was handed in gives back, handed on as it is."""

Book: TypeAlias = Any
"""A workbook of openpyxl."""

Worksheet: TypeAlias = Any
"""A worksheet of openpyxl."""

SheetCell: TypeAlias = Any
"""A cell of openpyxl, or its style."""

Pdf: TypeAlias = Any
"""A document, or an object of a document, of pikepdf."""

WordPart: TypeAlias = Any
"""A document, paragraph, table, row, cell or style of python-docx."""

YamlEvent: TypeAlias = Any
"""An event of the YAML parser or its place, of libyaml or of Python."""

YamlLoader: TypeAlias = Any
"""The class of a YAML loader."""

Option: TypeAlias = Any
"""An annotation that makes an option of the command line: a type and what typer shows."""

Node: TypeAlias = Any
"""An element of a document's XML, as lxml holds it."""

Reader: TypeAlias = Any
"""A function of pyreadstat that reads a file."""

FileFacts: TypeAlias = Any
"""What pyreadstat tells about a file: labels, missing values, formats."""

ClickPart: TypeAlias = Any
"""The context, a command or the help's formatter of the click that typer brings along."""
