import pandas as pd

from lab.analysis.rows import by_variant


def test_variants_keep_the_order_of_the_table_and_their_rows():
    rows = pd.DataFrame({"variant": ["b", "a", "b"], "cost": [1.0, 2.0, 3.0]}, index=[7, 8, 9])
    found = by_variant(rows)
    assert list(found) == ["b", "a"]
    assert found["b"].equals(rows.loc[[7, 9]])


def test_a_category_without_rows_is_no_variant():
    variants = pd.Categorical(["a", "a"], ["b", "a"])
    assert list(by_variant(pd.DataFrame({"variant": variants}))) == ["a"]
