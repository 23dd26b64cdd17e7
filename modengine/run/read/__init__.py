"""Files of messages to rows, blocks and shards."""
