#convolucional.py - erra pouco, mas usa convolução
import tensorflow.keras as keras
from tensorflow.keras.datasets import mnist
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Conv2D, MaxPooling2D, Dense, Flatten

(AX, AY), (QX, QY) = mnist.load_data()
AX=255-AX; QX=255-QX
AY2 = keras.utils.to_categorical(AY, 10)
QY2 = keras.utils.to_categorical(QY, 10)
AX = AX.astype('float32').reshape(-1,28,28,1) / 255.0
QX = QX.astype('float32').reshape(-1,28,28,1) / 255.0

model = Sequential()
model.add(Conv2D(12, kernel_size=(5,5), strides=2, activation='relu', input_shape=(28,28,1)))
model.add(Conv2D(24, kernel_size=(3,3), activation='relu'))
model.add(MaxPooling2D(pool_size=(2,2)))
model.add(Flatten())
model.add(Dense(64, activation='relu'))
model.add(Dense(10, activation='softmax'))
model.compile(optimizer='adam', loss='categorical_crossentropy', metrics=['accuracy'])
model.fit(AX, AY2, batch_size=100, epochs=2, verbose=2)
score = model.evaluate(QX, QY2, verbose=0)
print('Test error: %.2f %%'%(100*(1-score[1])))
model.save('cnn.keras')
