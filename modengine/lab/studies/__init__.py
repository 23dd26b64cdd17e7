"""One file a measurement: a policy and a corpus to a frozen result."""
