"""The whole job in PyTorch, as its tutorials do it: pictures from a folder, MobileNetV2 with a new head, the head trained on the
frozen base, then all of it at a low learning rate with BatchNorm frozen, validated after each epoch. Prints a JSON line.

    python torch_job.py --data hymenoptera --weights base.safetensors --threads 2
"""
import argparse
import time

import torch
import torchvision_here  # noqa: F401
import torchvision
from base_weights import convolutions
from report import add_job_flags, tell
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

flags = argparse.ArgumentParser(description=__doc__)
add_job_flags(flags)
flags.add_argument("--workers", type=int, default=2, help="processes that decode pictures")
flags.add_argument("--layout", default="channels_last", choices=["contiguous", "channels_last"])
args = flags.parse_args()
torch.manual_seed(0)
torch.set_num_threads(args.threads)
memory_format = torch.channels_last if args.layout == "channels_last" else torch.contiguous_format


def loader(split, shuffle):
    # As the model's preprocessor_config.json says. ImageFolder passes over .gif, and so over the one that is broken.
    prepare = transforms.Compose([
        transforms.Resize(256),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize([0.5] * 3, [0.5] * 3),
    ])
    pictures = ImageFolder(f"{args.data}/{split}", prepare)
    workers = {"num_workers": args.workers, "persistent_workers": args.workers > 0}
    return DataLoader(pictures, args.batch, shuffle=shuffle, **workers), len(pictures.classes)


def load(model, path):
    """BatchNorm becomes the identity with the convolution's bias: the weights have it merged."""
    layers = [module for module in model.features.modules() if isinstance(module, (nn.Conv2d, nn.BatchNorm2d))]
    with torch.no_grad():
        for (kernel, bias), conv, norm in zip(convolutions(path), layers[::2], layers[1::2], strict=True):
            assert conv.weight.shape == kernel.shape, (conv, kernel.shape)
            conv.weight.copy_(torch.from_numpy(kernel.copy()))
            norm.bias.copy_(torch.from_numpy(bias.copy()))
            norm.running_var.fill_(1 - norm.eps)


def accuracy(model, pictures):
    model.eval()
    right = total = 0
    with torch.no_grad():
        for x, y in pictures:
            right += (model(x.to(memory_format=memory_format)).argmax(1) == y).sum().item()
            total += len(y)
    return right / total


def fit(model, epochs, learning_rate):
    """Seconds, and the best accuracy."""
    began, best = time.perf_counter(), 0.0
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=learning_rate)
    for _ in range(epochs):
        model.eval()  # BatchNorm stays as it is,
        model.classifier.train()  # and Dropout works.
        for x, y in train:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x.to(memory_format=memory_format)), y).backward()
            optimizer.step()
        best = max(best, accuracy(model, val))
    return time.perf_counter() - began, best


(train, classes), (val, _) = loader("train", True), loader("val", False)
model = torchvision.models.mobilenet_v2(weights=None)
if args.weights:
    load(model, args.weights)
model.classifier[1] = nn.Linear(model.last_channel, classes)
model = model.to(memory_format=memory_format)

model.features.requires_grad_(False)
head_seconds, head_best = fit(model, args.head_epochs, args.head_lr)
model.features.requires_grad_(True)
tune_seconds, tune_best = fit(model, args.tune_epochs, args.tune_lr)

versions = {"torch": torch.__version__, "torchvision": torchvision.__version__}
seconds = {"headSeconds": head_seconds, "tuneSeconds": tune_seconds}
tell({**seconds, "accuracy": max(head_best, tune_best), "pretrained": bool(args.weights), "versions": versions})
