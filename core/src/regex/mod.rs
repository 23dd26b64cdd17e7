//! Regular expressions as lazy automata over character classes.
