"""Results and steps to text: table, plain, json, csv, tsv, markdown, latex, charts."""
