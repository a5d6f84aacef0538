"""Fits a line: the chief hands out steps, workers compute gradients, parameter servers hold the variables."""
import sys

import tensorflow as tf

resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()

if resolver.task_type in ("worker", "ps"):
    server = tf.distribute.Server(resolver.cluster_spec(), job_name=resolver.task_type, task_index=resolver.task_id, protocol="grpc")
    server.join()  # never returns

strategy = tf.distribute.ParameterServerStrategy(resolver)
coordinator = tf.distribute.coordinator.ClusterCoordinator(strategy)

with strategy.scope():
    slope = tf.Variable(0.0)
    offset = tf.Variable(0.0)


@tf.function
def step():
    x = tf.random.normal([64])
    wanted = 3.0 * x + 2.0
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(slope * x + offset - wanted))
    for variable, gradient in zip((slope, offset), tape.gradient(loss, (slope, offset))):
        variable.assign_sub(0.05 * gradient)
    return loss


for epoch in range(10):
    for _ in range(20):
        coordinator.schedule(step)
    coordinator.join()
    print(f"epoch {epoch}: slope {slope.numpy():.3f}, offset {offset.numpy():.3f}", flush=True)

sys.exit(0 if abs(slope.numpy() - 3.0) < 0.1 and abs(offset.numpy() - 2.0) < 0.1 else 1)
