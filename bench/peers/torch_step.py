"""One training step in PyTorch: all layers trained, BatchNorm frozen, SGD with momentum 0.9, a new head. Or, with
--mode forward, the features that the head would read, in inference mode. Prints a JSON line.

    python torch_step.py --network resnet18 --batch 16 --layout channels_last --threads 2
"""
import argparse

import torch
import torchvision_here  # noqa: F401
import torchvision
from report import add_step_flags, median_ms, peak_rss_mb, tell
from torch import nn
from torchvision import models

NETWORKS = ["mobilenet_v2", "resnet18", "resnet50", "vgg16"]

flags = argparse.ArgumentParser(description=__doc__)
add_step_flags(flags, NETWORKS)
flags.add_argument("--layout", default="contiguous", choices=["contiguous", "channels_last"])
args = flags.parse_args()
torch.set_num_threads(args.threads)


def network():
    model = getattr(models, args.network)(weights=None, num_classes=args.classes).train()
    # BatchNorm keeps its running statistics, and nothing is dropped: as in the step that this is held against.
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.Dropout)):
            module.eval()
    return model


def without_head(model):
    if isinstance(model, models.ResNet):
        model.fc = nn.Identity()
    else:
        model.classifier[-1] = nn.Identity()
    return model.eval()


def laid_out(value):
    return value.to(memory_format=torch.channels_last) if args.layout == "channels_last" else value


model = laid_out(network() if args.mode == "full" else without_head(network()))
x = laid_out(torch.randn(args.batch, 3, args.size, args.size))
y = torch.randint(0, args.classes, (args.batch,))
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)


def train():
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()


@torch.inference_mode()
def forward():
    model(x)


step_ms = median_ms(train if args.mode == "full" else forward, args.steps)
versions = {"torch": torch.__version__, "torchvision": torchvision.__version__}
tell({"stepMs": step_ms, "peakRssMb": peak_rss_mb(), "versions": versions})
