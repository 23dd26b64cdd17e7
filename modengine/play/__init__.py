"""The classroom page: one page on the loopback address, on the real engine, lab and audit log.

app.py        the HTTP side: routes, limits, who may ask
pool.py       child processes that compile and run what a student wrote, each killed when it takes too long
turns.py      which of them is asked next
worker.py     such a child
jobs.py       what a child can do, one function a job
registry.py   every endpoint of the API, from which the OpenAPI document is made
"""
