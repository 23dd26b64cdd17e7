"""What an editor shows while rules are written, and the language server that says it.

positions.py    places in files, and positions as an editor counts them
openfiles.py    the texts as they are being written, and what `modengine check` says of them
names.py        lists, patterns, clauses, rules: where they are defined, and where they are named
hover.py        what a name or a key stands for
completion.py   what could stand at a place
server.py       all of it over the Language Server Protocol; needs the extra `editor`
"""
