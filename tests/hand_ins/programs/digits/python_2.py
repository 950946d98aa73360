import numpy as np
X = np.loadtxt('ax.txt', skiprows=1)
for i in xrange(3):
    print "linha", i, X[i].sum()
