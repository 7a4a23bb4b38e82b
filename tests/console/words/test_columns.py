"""Every column of a run's tables is a word of `lab help`."""

import lab
from lab.console.words.columns import TABLES, column
from lab.console.words.parts import is_word, word_page


def test_every_column_of_every_table_is_told(small, root):
    more = {"record.neurons": True, "record.quantities": ["all"], "training.epochs": 1, "trials.seeds": 2}
    run = lab.run(small, more, results=root, plots=False)
    made = ("summary", "by_layer", "ledger", "causes", "comparisons")
    tables = run.tables | {name: run.table(name) for name in made}
    for name, table in tables.items():
        assert [one for one in table.columns if not is_word(one)] == [], name
    for names, columns in TABLES.items():
        for name in names.split(", "):
            assert [one for one in columns if one not in tables[name]] == [], name


def test_a_column_of_several_tables_names_both():
    told = "In the tables trials and summary, final_cost: C over all training examples after the last step."
    assert column("final_cost") == word_page("final_cost").value["table"] == told
