import gc
import weakref

import numpy as np

from lab.data.kept import MOST_KEPT, kept_with_data


class Data:
    """Something that can be let go."""


def test_what_is_made_of_data_is_made_once_and_goes_with_them():
    made = []
    doubled = kept_with_data(lambda data, count: made.append(count) or np.zeros(count))
    one, other = Data(), Data()
    assert doubled(one, 2) is doubled(one, 2)
    assert doubled(one, 2) is not doubled(other, 2)
    assert made == [2, 2]
    gone, result = weakref.ref(one), weakref.ref(doubled(one, 2))
    del one
    gc.collect()
    assert (gone(), result()) == (None, None)


def test_the_newest_results_are_kept():
    made = []
    counted, data = kept_with_data(lambda data, count: made.append(count)), Data()
    for count in [*range(MOST_KEPT + 1), MOST_KEPT, 0]:
        counted(data, count)
    assert made == [*range(MOST_KEPT + 1), 0]
