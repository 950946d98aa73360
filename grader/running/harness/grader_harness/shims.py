"""Stand-ins."""


def install_shims(*args):
    pass
