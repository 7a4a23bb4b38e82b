"""The commands: what may be written after ``lab``. Each imports what it needs when it is called."""
