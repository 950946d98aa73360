import tensorflow as tf
a = tf.placeholder(tf.float32)
b = tf.placeholder(tf.float32)
with tf.Session() as sess:
    print(sess.run(a + b, feed_dict={a: 2, b: 3}))
