import util


def calcula():
    return util.divide(1, 0)


antes = 1
calcula()
