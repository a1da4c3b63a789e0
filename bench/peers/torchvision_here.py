"""Imports torchvision also where its compiled part cannot be loaded, because it was built for a torch with CUDA. Neither the
networks nor the transforms of pictures call that part; torchvision only wants its operators to have been declared."""
import sys

import torch

OPERATORS = ["nms", "qnms", "roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d"]

try:
    import torchvision  # noqa: F401
except RuntimeError:
    # What the first try left half imported would be taken for whole.
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "DEF")
    for operator in OPERATORS:
        library.define(f"{operator}(Tensor x) -> Tensor")
        library.define(f"_{operator}_backward(Tensor x) -> Tensor")
    import torchvision  # noqa: F401
