import numpy as np
<<<<<<< HEAD
epocas = 10
=======
epocas = 30
>>>>>>> ramo-da-bia
X = np.loadtxt('ax.txt', skiprows=1)
