"""What the tests of files of data share."""

import numpy as np
import pandas as pd
import pytest

from lab.data import source

IRIS = "length,width,species\n5.1,3.5,setosa\n7.0,3.2,versicolor\n6.3,3.3,virginica\n4.9,3.0,setosa\n"


def numbered(values):
    """A table whose x is 0 and whose y are these."""
    return "x,y\n" + "".join(f"0,{value}\n" for value in values)


@pytest.fixture
def load(tmp_path):
    def loaded(content, train=None, test=None, seed=0, name="a.csv", **parameters):
        if isinstance(content, dict):
            name = "a.npz"
            np.savez(tmp_path / name, **content)
        elif isinstance(content, pd.DataFrame):
            name = "a.parquet"
            content.to_parquet(tmp_path / name)
        elif content is not None:
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        if name != "a.npz":
            parameters = {"target": "y", **parameters}
        return source(name, parameters).load(train, test, seed, tmp_path)

    return loaded
