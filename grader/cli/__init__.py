"""The command line: arguments to use cases to words and exit codes."""
