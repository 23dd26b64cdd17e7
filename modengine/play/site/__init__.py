"""The page as a static folder that decides on the device: `modengine play --export-site DIR`.

export.py      the folder: the page, the worker, the service worker
bundle.py      what the worker reads: modengine, the libraries it needs, lessons with their rules compiled
properties.py  what the parser of `regex` asks of its compiled part, as a table
runtime.py     Pyodide and msgspec for it, from the caches of this user, by name and digest
device/        what runs in the browser alone, each in place of something compiled
"""
