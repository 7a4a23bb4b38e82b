"""The lab beside other frameworks: what it measures, in networks that are not its own."""
