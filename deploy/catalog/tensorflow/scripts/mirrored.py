"""Fits a line without parameter servers: chief and workers do the same steps, each on data of its own, and agree on every gradient."""
import sys

import tensorflow as tf

strategy = tf.distribute.MultiWorkerMirroredStrategy()

with strategy.scope():
    # All change their copies by the mean of what each would change.
    slope = tf.Variable(0.0, aggregation=tf.VariableAggregation.MEAN)
    offset = tf.Variable(0.0, aggregation=tf.VariableAggregation.MEAN)


def descend():
    x = tf.random.normal([64])
    wanted = 3.0 * x + 2.0
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(slope * x + offset - wanted))
    for variable, gradient in zip((slope, offset), tape.gradient(loss, (slope, offset))):
        variable.assign_sub(0.05 * gradient)


@tf.function
def step():
    strategy.run(descend)


for epoch in range(10):
    for _ in range(10):
        step()
    print(f"epoch {epoch}, {strategy.num_replicas_in_sync} replicas: slope {slope.numpy():.3f}, offset {offset.numpy():.3f}", flush=True)

sys.exit(0 if abs(slope.numpy() - 3.0) < 0.1 and abs(offset.numpy() - 2.0) < 0.1 else 1)
