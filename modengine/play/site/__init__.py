"""The page as a static folder that decides on the device: `modengine play --export-site DIR`.

export.py      the folder: the page, the worker, the service worker
bundle.py      what the worker reads: modengine and the libraries that it needs
properties.py  what the parser of `regex` asks of its compiled part, as a table
runtime.py     Pyodide and msgspec for it, fetched once, by name and digest
page/          the worker, the service worker, and what takes the place of files of the page
device/        what runs in the browser alone, each in place of something compiled
"""
