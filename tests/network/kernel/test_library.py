import numpy as np

from lab.network.kernel.library import functions, library


def test_the_kernel_is_for_floats_and_doubles():
    assert functions(np.dtype("f2")) is None
    assert functions(np.dtype("c16")) is None
    assert (functions(np.dtype("f4")) is None) == (library() is None)


def test_the_operations_of_both_have_the_same_numbers():
    if library() is not None:
        assert functions(np.dtype("f4")).operations == functions(np.dtype("f8")).operations
