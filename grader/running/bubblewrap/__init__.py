"""The default sandbox: bubblewrap, as root and as an ordinary user."""
