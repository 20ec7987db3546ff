"""One module per source of offers. The file's name is the source's id; see importers/README.md."""
