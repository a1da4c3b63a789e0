"""The whole job in Keras on TensorFlow, as its tutorial on transfer learning does it: pictures from a folder, decoded once and
kept, MobileNetV2 with a new head, the head trained on the frozen base, then all of it at a low learning rate with BatchNorm
frozen, validated after each epoch. Prints a JSON line.

    python keras_job.py --data hymenoptera --weights base.safetensors --threads 2
"""
import argparse
import os
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from base_weights import convolutions
from report import add_job_flags, tell

flags = argparse.ArgumentParser(description=__doc__)
add_job_flags(flags)
args = flags.parse_args()
keras.utils.set_random_seed(0)
tf.config.threading.set_intra_op_parallelism_threads(args.threads)


def pictures(split):
    """One by one, decoded and cropped once; a broken one is left out. As the model's preprocessor_config.json says."""
    crop = keras.layers.CenterCrop(224, 224)
    folder = keras.utils.image_dataset_from_directory(
        f"{args.data}/{split}",
        label_mode="binary",
        image_size=(256, 256),
        crop_to_aspect_ratio=True,
        batch_size=None,
        shuffle=False,
        verbose=False,
    )
    cropped = folder.map(lambda image, label: (crop(image), label), num_parallel_calls=tf.data.AUTOTUNE)
    return cropped.ignore_errors().cache()


def load(base, path):
    """BatchNorm becomes the identity with the convolution's bias: the weights have it merged."""
    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
    convs = [layer for layer in base.layers if isinstance(layer, kinds)]
    norms = [layer for layer in base.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for (kernel, bias), conv, norm in zip(convolutions(path), convs, norms, strict=True):
        is_depthwise = isinstance(conv, keras.layers.DepthwiseConv2D)
        conv.set_weights([kernel.transpose(2, 3, 0, 1) if is_depthwise else kernel.transpose(2, 3, 1, 0)])
        one, zero = np.ones_like(bias), np.zeros_like(bias)
        norm.set_weights([one, bias, zero, one - norm.epsilon])


def fit(model, epochs, learning_rate):
    """Seconds, and the best accuracy."""
    began = time.perf_counter()
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")],
    )
    history = model.fit(train, validation_data=val, epochs=epochs, verbose=0)
    return time.perf_counter() - began, max(history.history["val_accuracy"])


train = pictures("train").shuffle(1000).batch(args.batch).prefetch(tf.data.AUTOTUNE)
val = pictures("val").batch(args.batch).prefetch(tf.data.AUTOTUNE)
base = keras.applications.MobileNetV2(weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3))
if args.weights:
    load(base, args.weights)

inputs = keras.Input((224, 224, 3))
x = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
x = base(x, training=False)
x = keras.layers.Dropout(0.2)(x)
model = keras.Model(inputs, keras.layers.Dense(1)(x))

base.trainable = False
head_seconds, head_best = fit(model, args.head_epochs, args.head_lr)
base.trainable = True
tune_seconds, tune_best = fit(model, args.tune_epochs, args.tune_lr)

versions = {"tensorflow": tf.__version__, "keras": keras.__version__}
seconds = {"headSeconds": head_seconds, "tuneSeconds": tune_seconds}
tell({**seconds, "accuracy": max(head_best, tune_best), "pretrained": bool(args.weights), "versions": versions})
