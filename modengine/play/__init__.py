"""The classroom page: one page on the loopback address, on the real engine, lab and audit log.

app.py         the HTTP side: routes, limits, who may ask
connections.py who says nothing on a connection, and how many an address may have
scratch.py     the folder of a run, which goes with it
pool.py        child processes that compile and run what a student wrote, each killed when it takes too long
turns.py       which of them is asked next
jobs/          such a child (worker.py), and what it can do, one function a job (jobs.py, audit.py)
registry.py    every endpoint of the API, from which the OpenAPI document is made
"""
