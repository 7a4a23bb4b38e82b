"""The kinds of files: those that are read, and the lines that make one of them of others."""

from pathlib import Path, PurePath

_TEXTS = (".csv", ".tsv", ".txt", ".data", ".dat", ".arff")

SUFFIXES = (*_TEXTS, *(f"{suffix}.gz" for suffix in _TEXTS), ".npz", ".parquet")
"""How the names of files end that are read."""

KINDS = f"{', '.join(_TEXTS)}, each also with .gz, .npz, .parquet"
"""`SUFFIXES` in words."""

_PANDAS = {
    "excel({0!r})": (".xlsx", ".xls", ".ods"),
    "json({0!r})": (".json",),
    "json({0!r}, lines=True)": (".jsonl", ".ndjson"),
    "stata({0!r})": (".dta",),
    "spss({0!r})": (".sav",),
    "feather({0!r})": (".feather",),
}
"""The functions of pandas that read files with these endings, ``pandas.read_…``."""

_PAIRS = (
    "import numpy, sklearn.datasets as d; x, y = d.load_svmlight_file({0!r}); "
    "numpy.savez({1!r}, x=x.toarray(), y=y)"
)

_CONVERTED = {
    **{
        ending: f"import pandas; pandas.read_{reader}.to_csv({{1!r}}, index=False)"
        for reader, endings in _PANDAS.items()
        for ending in endings
    },
    **dict.fromkeys((".libsvm", ".svm"), _PAIRS),
    ".npy": "import numpy; numpy.savez('data.npz', x=numpy.load('x.npy'), y=numpy.load('y.npy'))",
}
"""The lines of Python that make a file that is read of others, by endings; {0} and {1} are the names."""

_PACKED = (".zip", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".zst")

NOT_READ = (*_CONVERTED, *_PACKED)
"""How the names of files end that are known and not read."""


def kind_of(path: str) -> str | None:
    """The one of `SUFFIXES` and `NOT_READ` with which the name of a file ends; None where none is.

    >>> kind_of("data/Iris.CSV.gz"), kind_of("iris.names")
    ('.csv.gz', None)
    """
    return next((one for one in (*SUFFIXES, *NOT_READ) if path.lower().endswith(one)), None)


def remedy(path: str, kind: str) -> str:
    """What makes a file that is read of one of a kind of `NOT_READ`.

    >>> remedy("all.zip", ".zip")
    'unpack it, and name a file of it'
    """
    if kind in _PACKED:
        return "unpack it, and name a file of it"
    line = _CONVERTED[kind]
    made, a = (".npz", "an") if line.startswith("import numpy") else (".csv", "a")
    whole = PurePath(path)
    other = whole.with_suffix(made)
    other = other if other != whole else whole.with_name(f"{whole.stem}-table{made}")
    return f'this line makes {a} {made} of it: python -c "{line.format(path, str(other))}"'


def no_file(path: Path) -> str:
    """What is said of a path at which there is no file, but a folder or a device."""
    held = sorted(beside.name for beside in path.glob("*") if kind_of(beside.name))
    hint = f"; did you mean {str(PurePath(path.name, held[0]))!r}?" if held else ""
    return (
        f"is {'a folder' if path.is_dir() else 'no file'}, expected a file of one of the kinds {KINDS}{hint}"
    )
