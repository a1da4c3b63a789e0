"""One training step in Keras on TensorFlow: all layers trained, BatchNorm frozen (the base is called with training=False, as
Keras's guide to transfer learning has it), SGD with momentum 0.9, a new head. Or, with --mode forward, the features that the
head would read, in a compiled function. Prints a JSON line.

    python keras_step.py --network resnet50 --batch 16 --threads 2
"""
import argparse
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from report import add_step_flags, median_ms, peak_rss_mb, tell

NETWORKS = {
    "mobilenet_v2": keras.applications.MobileNetV2,
    "resnet50": keras.applications.ResNet50,
    "vgg16": keras.applications.VGG16,
}

flags = argparse.ArgumentParser(description=__doc__)
add_step_flags(flags, list(NETWORKS))
args = flags.parse_args()
tf.config.threading.set_intra_op_parallelism_threads(args.threads)
shape = (args.size, args.size, 3)


def base():
    """Up to the features. Those of VGG16 come from its second layer of 4,096."""
    build = NETWORKS[args.network]
    if args.network != "vgg16":
        return build(weights=None, include_top=False, pooling="avg", input_shape=shape)
    whole = build(weights=None, include_top=True, classes=args.classes, input_shape=shape)
    return keras.Model(whole.input, whole.get_layer("fc2").output)


def compiled(features):
    x = keras.Input(shape)
    model = keras.Model(x, keras.layers.Dense(args.classes)(features(x, training=False)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(1e-3, momentum=0.9), loss=loss)
    return model


features = base()
x = np.random.default_rng(0).standard_normal((args.batch, *shape), np.float32)
y = np.random.default_rng(1).integers(0, args.classes, args.batch)
if args.mode == "full":
    model = compiled(features)
    step_ms = median_ms(lambda: model.train_on_batch(x, y), args.steps)
else:
    forward, pictures = tf.function(lambda batch: features(batch, training=False)), tf.constant(x)
    step_ms = median_ms(lambda: forward(pictures).numpy(), args.steps)

versions = {"tensorflow": tf.__version__, "keras": keras.__version__}
tell({"stepMs": step_ms, "peakRssMb": peak_rss_mb(), "versions": versions})
