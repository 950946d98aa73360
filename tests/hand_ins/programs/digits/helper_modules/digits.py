import dados, rede
(AX, AY), (QX, QY) = dados.carregar()
model = rede.criar(AX.shape[1])
model.fit(AX, AY, epochs=40, batch_size=16, verbose=0)
print('perda e acurácia:', model.evaluate(QX, QY, verbose=0))
