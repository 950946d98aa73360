import numpy as np
print("1 - treinar\n2 - testar")
op = int(input("Escolha: "))
if op == 1:
    print(np.loadtxt('ax.txt', skiprows=1).shape)
