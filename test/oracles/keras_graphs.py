"""Keras networks by tf2onnx, run in the environment of requirements-keras.txt: usage: keras_graphs.py FOLDER"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf2onnx  # noqa: E402

from cases import SEED, Cases, random_images  # noqa: E402

SIDE = 64


def flatten_dense():
    layers = keras.layers
    return keras.Sequential([
        keras.Input((SIDE, SIDE, 3)),
        layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
        layers.BatchNormalization(),
        layers.SeparableConv2D(16, 3, padding="same"),
        layers.LeakyReLU(),
        layers.MaxPooling2D(4),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(1000, activation="softmax"),
    ])


def of_applications(name, **options):
    return getattr(keras.applications, name)(weights=None, input_shape=(SIDE, SIDE, 3), **options)


NETWORKS = {
    "Flatten and Dense": (flatten_dense, True),
    "MobileNetV2": (lambda: of_applications("MobileNetV2", alpha=0.35), False),
    "MobileNetV3Small": (lambda: of_applications("MobileNetV3Small", include_preprocessing=False), False),
    "ResNet50V2": (lambda: of_applications("ResNet50V2"), False),
    "EfficientNetV2B0": (lambda: of_applications("EfficientNetV2B0", include_preprocessing=False), False),
}


def disturb(network):
    """Batch-norms of a new network do nothing; softmax goes, so that there are logits to compare."""
    random = np.random.default_rng(SEED)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1.5, value.shape) if at in (0, len(layer.get_weights()) - 1)
                               else random.normal(0, 0.1, value.shape) for at, value in enumerate(layer.get_weights())])
    logits = keras.models.clone_model(network)
    logits.set_weights(network.get_weights())
    logits.layers[-1].activation = keras.activations.linear
    return logits


def main(folder):
    cases = Cases(folder, "keras-graphs.json")
    images = random_images(2, SIDE)
    for name, (make, compress) in NETWORKS.items():
        keras.utils.set_random_seed(SEED)
        network = make()
        logits = disturb(network)
        if compress:
            network.set_weights(logits.get_weights())
        file = cases.path(f"keras-{name.replace(' ', '-')}", "onnx")
        signature = [tf.TensorSpec((None, SIDE, SIDE, 3), tf.float32, name="images")]
        call = tf.function(lambda x, network=network: network(x, training=False), input_signature=signature)
        try:
            tf2onnx.convert.from_function(call, input_signature=signature, opset=17, output_path=file)
        except Exception as error:  # the converter's own limits are no finding about the studio, but are told
            print(f"not converted: {name}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        expected = logits(np.transpose(images, (0, 2, 3, 1)), training=False).numpy()
        cases.add(f"{name} of Keras", file, images, expected, tool="tf2onnx", version=tf2onnx.__version__,
                  form=f"ONNX of Keras {keras.__version__}", compress=compress)
    cases.write()


main(sys.argv[1])
