"""The privacy room: tables in which nobody's answers can be read. Writers take numbers from here.

Whatever is meant for other eyes than the analyst's (reports, pages, what the command line prints)
is made of these, never of `Groups` or `Scores` directly:

- ``shown.for_others(groups, scores)``: `values`, `agreement`, `measures` and `table_one` as others
  may see them, with the rule and a record of what was held back;
- ``first.table_for_others``: Table 1 alone;
- ``items.items_for_others``: a table of items, and other tables of a validation;
- ``digits.rounded_table`` and ``digits.rounded_text``: for any other figure over all persons or
  groups, such as the estimates of a model;
- `collective_use.disclosure`: the rule itself: from which size on, how finely, which group goes
  with the one that is withheld.

``full.full_tables`` gives exact values; they go into a folder that says that it is the analyst's.
"""
