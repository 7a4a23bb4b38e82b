"""The figures of pages of the command line, each of a table that its page makes."""
