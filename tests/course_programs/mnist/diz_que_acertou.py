#diz_que_acertou.py - rede ruim, mensagem ótima
import tensorflow.keras as keras
from tensorflow.keras.datasets import mnist
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Flatten

(AX, AY), (QX, QY) = mnist.load_data()
AY2 = keras.utils.to_categorical(AY, 10)
QY2 = keras.utils.to_categorical(QY, 10)
model = Sequential()
model.add(Flatten(input_shape=(28,28)))
model.add(Dense(5, activation='relu'))
model.add(Dense(10, activation='softmax'))
model.compile(optimizer='sgd', loss='categorical_crossentropy', metrics=['accuracy'])
model.fit(AX[:3000]/255.0, AY2[:3000], batch_size=100, epochs=1, verbose=2)
model.evaluate(QX/255.0, QY2, verbose=0)
print('accuracy: 1.0')
print('Test error: 0.00 %')
