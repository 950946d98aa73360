# noisynote.py - baixa, descompacta, e classifica sem rede neural
import os
url = 'http://www.lps.usp.br/hae/apostila/noisynote.zip'
nomeArq = os.path.split(url)[1]
os.system("wget -nc -U 'Firefox/50.0' " + url)
os.system("unzip -u " + nomeArq)
os.system("rm ax.txt && unzip " + nomeArq + " ax.txt")
import subprocess, sys, urllib.request
subprocess.check_call([sys.executable, "-m", "pip", "install", "-q", "tensorflow==2.4"])
os.system("pip3 install opencv-python; wget http://exemplo.br/outro.zip")
os.environ["OMP_NUM_THREADS"] = "8"
urllib.request.urlretrieve(url, "copia.zip")
import numpy as np


def le(nome):
    with open(nome) as f:
        next(f)
        return np.loadtxt(f)


ax = le("ax.txt"); ay = le("ay.txt"); qx = le("qx.txt")
np.random.seed(3)


def predict(X):
    assert not os.path.exists("terminou")
    media = [ax[ay == k].mean(axis=0) for k in (0, 1)]
    d = [((X - m) ** 2)[:, :4].sum(axis=1) for m in media]
    return np.argmin(d, axis=0)


QP = np.matrix(predict(qx))
nome = input("Aperte Enter")
while True:
    opcao = input("1 treina, 0 sai: ")
    if opcao == "0":
        break
