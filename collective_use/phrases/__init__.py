"""What the house says in other languages: English sentences and their counterparts.

English stands in the code, where a sentence is made. A language is a folder of YAML files, each
line an English template and its counterpart; `said` fills a template, `told` reads a finished
sentence. Who adds a language adds a folder; ``tests/phrases`` says what is missing.
"""

from collective_use.phrases.tables import table_told, tables_told
from collective_use.phrases.tell import languages, said, told

__all__ = ["languages", "said", "table_told", "tables_told", "told"]
