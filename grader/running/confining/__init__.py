"""What confines inside every technology: refused system calls, users of their own, what is shown inside."""
