"""The command line: one file a command, in the folder of its family; what families share lies beside."""
