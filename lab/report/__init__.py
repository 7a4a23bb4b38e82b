"""Reports: from tables to an HTML page that is whole by itself; nothing here knows of networks."""
