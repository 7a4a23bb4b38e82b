"""What a run is on disk: a folder of plain files, each there whole or not at all."""
