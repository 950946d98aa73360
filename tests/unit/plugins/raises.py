"""A plugin's module that does not like this machine."""

raise RuntimeError("this machine has no licence\nask your dealer\nor buy one")
