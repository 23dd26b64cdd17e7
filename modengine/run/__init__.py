"""Files of messages to files of results.

read      files to rows, blocks and shards
write     the forms of results, and files that take their places whole
work      rows decided: here, by several processes, on many machines

Each imports only those above it.
"""
