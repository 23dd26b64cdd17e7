"""Published lists read into specimens: encodings, forms, dates, what was dropped."""
