"""The audit log: what was decided, when, under which rules, so that nobody can change it unseen.

files     where everything lies: paths, whole files, the lock
tree      the Merkle tree, signed notes, checkpoints, keys
records   what stands in the log: records, their segments, the vault, revisions, manifests
write     the one writer of a log, and of the logs of many shards
read      what is done with a log: verify, show, prove, replay, query, export

Each imports only those above it.
"""
