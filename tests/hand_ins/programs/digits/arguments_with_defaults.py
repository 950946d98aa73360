import argparse
import numpy as np
import tensorflow as tf

def main():
    parser = argparse.ArgumentParser(description='MLP para digitos')
    parser.add_argument('--epocas', type=int, default=40)
    parser.add_argument('--ocultos', type=int, default=200)
    parser.add_argument('--lote', type=int, default=16)
    args = parser.parse_args()
    x, y, xt, yt = [np.loadtxt(f, skiprows=1) for f in ('ax.txt', 'ay.txt', 'qx.txt', 'qy.txt')]
    model = tf.keras.models.Sequential([tf.keras.layers.Dense(args.ocultos, activation='relu', input_shape=(64,)), tf.keras.layers.Dense(10, activation='softmax')])
    model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
    model.fit(x / 16, y, epochs=args.epocas, batch_size=args.lote, verbose=0)
    print('acuracia', model.evaluate(xt / 16, yt, verbose=0)[1])

if __name__ == '__main__':
    main()
