"""Columns of a Parquet file, also those that data sets of images keep: lists of numbers, and image files."""

from collections.abc import Collection
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from lab.data.counts import check_size
from lab.data.files.cells import absent, column, number
from lab.data.files.table import Column, Table
from lab.errors import PartError, installs

try:
    import pyarrow as pa
    from pyarrow import compute, parquet, types
except ImportError:  # told where a file is to be read
    pa = None

_IMAGES = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")


def read(path: Path, name: str, missing: Collection[str] = ()) -> Table:
    """The columns of the file: numbers, truth values, texts, lists of numbers and images; all else is texts.

    A list is a column for each of its numbers. An image is a column of bytes, or of structs that hold
    ``bytes``; its features are its pixels, 0 … 1. Raises PartError where pyarrow is not installed, or the
    file is damaged, empty or larger than 2 GiB once unpacked.
    """
    if pa is None:
        raise PartError(f"{name}: to read Parquet, run: {installs('parquet')}")
    try:
        about = parquet.read_metadata(path)
        groups = [about.row_group(at) for at in range(about.num_row_groups)]
        titles = about.schema.to_arrow_schema().names
        if again := next((title for title in titles if titles.count(title) > 1), ""):
            raise PartError(f"{name}: several columns are called {again!r}; give each a name of its own")
        columns_of_groups = [group.column(at) for group in groups for at in range(group.num_columns)]
        numbers = max(about.num_rows * about.num_columns, sum(one.num_values for one in columns_of_groups))
        check_size(name, max(8 * numbers, sum(group.total_byte_size for group in groups)))
        # A value that repeats is kept once in the file, and so it is here.
        read = parquet.read_table(path, read_dictionary=_of_bytes(about))
        read = read.drop_columns([one for one in read.column_names if one.startswith("__index_level_")])
    except pa.ArrowException as error:
        raise PartError(f"{name} is not a Parquet file that can be read: {error}") from error
    if not read.num_rows or not read.num_columns:
        raise PartError(f"{name} is empty: {read.num_rows} rows of {read.num_columns} columns")
    columns: dict[str, Column] = {}
    notes: list[str] = []
    for title in read.column_names:
        values = read.column(title).combine_chunks()
        columns[title], note = _column(f"{name}: column {title!r}", values, missing)
        notes += [f"column {title!r}: {note}"] if note else []
    for title in [title for title, held in columns.items() if absent(held).all()][: len(columns) - 1]:
        notes.append(f"column {title!r} has no values and is left out")
        del columns[title]
    return Table(name, "row", np.arange(1, read.num_rows + 1), columns, tuple(notes))


def _column(where: str, values: Any, missing: Collection[str]) -> tuple[Column, str]:
    """The column that is made of an array of the file, and a note where it is made of images."""
    if types.is_dictionary(values.type) and _is_number(values.type.value_type):
        values = values.dictionary_decode()
    if types.is_struct(values.type) and values.type.get_field_index("bytes") >= 0:
        values = values.field("bytes")
    kind = values.type.value_type if types.is_dictionary(values.type) else values.type
    if types.is_binary(kind) or types.is_large_binary(kind):
        return _pixels(where, values)
    if _is_list(kind):
        return _flat(where, values), ""
    if _is_number(kind) or types.is_null(kind):
        numbers = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        codes = [value for word in missing if (value := number(word)) is not None]
        return np.where(np.isin(numbers, codes), np.nan, numbers) if codes else numbers, ""
    # of dates and what else there is, texts that can be ignored
    return column(values.to_pandas().map(str, na_action="ignore"), missing), ""


def _of_bytes(about: Any) -> list[str]:
    """The columns of texts or bytes."""
    leaves = [about.schema.column(at) for at in range(len(about.schema))]
    return [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]


def _is_list(kind: Any) -> bool:
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def _is_number(kind: Any) -> bool:
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _flat(where: str, values: Any) -> Column:
    """Lists of lists … of numbers as an array of shape (rows, numbers)."""
    rows = len(values)
    while not _is_number(values.type):
        if not _is_list(values.type):
            raise PartError(f"{where} holds lists of {values.type}, expected lists of numbers")
        lengths = compute.list_value_length(values).to_numpy(zero_copy_only=False)
        unlike = np.flatnonzero(lengths != lengths[0])
        if len(unlike):
            row = unlike[0] * rows // len(values) + 1
            raise PartError(f"{where}: row {row} holds a list of another length than row 1")
        values = values.flatten()
    check_size(where, 8 * len(values))
    numbers: Column = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return numbers.reshape(rows, -1)


def _pixels(where: str, values: Any) -> tuple[Column, str]:
    """The pixels of image files as an array of shape (rows, pixels), 0 … 1, and a note."""
    from PIL import Image

    made: Column | None = None
    for row, content in enumerate(values):
        try:
            with Image.open(BytesIO(content.as_py()), formats=_IMAGES) as image:
                check_size(where, 8 * len(values) * image.width * image.height * len(image.getbands()))
                pixels = np.asarray(image.convert("RGB") if image.mode in ("P", "RGBA", "CMYK") else image)
        except (OSError, TypeError, Image.DecompressionBombError) as error:
            raise PartError(f"{where}: row {row + 1} is no image of {', '.join(_IMAGES)}") from error
        if made is None:
            shape = pixels.shape
            made = np.empty((len(values), pixels.size))
        if pixels.shape != shape:
            raise PartError(f"{where}: row {row + 1} has a shape {pixels.shape}, expected {shape} as row 1")
        made[row] = pixels.ravel()
    assert made is not None
    largest = 1.0 if made.max() <= 1 else 255.0 if made.max() <= 255 else 65535.0
    made /= largest
    size = " × ".join(map(str, shape))
    return made, f"images of {size} pixels, which are divided by {largest:g}"
