"""A run that is held in memory, in place of a folder."""

import pytest

from lab.errors import LabError
from lab.results.run import Run
from lab.runs.held_run import HeldRun


def test_a_held_run_tells_what_a_folder_would(small, tmp_path):
    import lab

    kept = lab.run(small, results=tmp_path, plots=False)
    held = Run(HeldRun({**kept.info, "id": "held"}, dict(kept.tables)))
    assert str(held) == "small/held"
    assert held.folder.status == kept.folder.status == "done"
    assert held._repr_html_() == kept._repr_html_().replace(kept.folder.id, "held")
    assert held.layers.equals(kept.layers)
    assert held.summary.equals(kept.summary)
    assert [verdict.sentence for verdict in held.verdicts] == [verdict.sentence for verdict in kept.verdicts]
    assert (held.compare(kept)["difference"].dropna() == 0).all()
    held.save_analysis()
    assert held.tables["ledger"].equals(kept.ledger)
    assert held.save_plots(["training"], tmp_path / "plots")[0].is_file()
    with pytest.raises(LabError, match="no table 'layer'; did you mean 'layers'"):
        held.folder.table("layer")
