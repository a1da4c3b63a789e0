"""Grad-CAM heat maps from PyTorch 2.13 (CPU, float64) for the networks of ../make_golden.py and their inputs there.

Writes heat.safetensors: NAME.classes [2,4] (int64), NAME.heat [2,4,h,w]: relu(sum_k mean_hw(dy/dA_k) A_k) for the score y
of each of those classes, A being the last feature map in front of pooling; of the ViT, the tokens behind the class token that
the last attention reads, as a grid. (Selvaraju et al., Grad-CAM, ICCV 2017.)
Run: python make_explain.py  (needs torch and safetensors; reads ../NAME.safetensors)
"""
import pathlib, sys, torch
from safetensors.torch import load_file, save_file

here = pathlib.Path(__file__).parent; sys.path.insert(0, str(here.parent))
import make_golden as M

grid = lambda a: a
tokens = lambda a: a[:, 1:].transpose(1, 2).reshape(a.shape[0], a.shape[2], 4, 4)
LAYERS = dict(vgg=(lambda m: m.features[6], grid), resnet=(lambda m: m.body, grid), mobilenet=(lambda m: m.features, grid),
              efficientnet=(lambda m: m.features, grid), densenet=(lambda m: m.last, grid), convnext=(lambda m: m.b2, grid), vit=(lambda m: m.blocks[1].n1, tokens))

class Densenet(M.Densenet):
    """The same with its last concatenation as a module, to hook."""
    def __init__(s): super().__init__(); s.last = torch.nn.Identity()
    def forward(s, x):
        F = torch.nn.functional; x = s.stem(x); x = torch.cat([x, s.c1(F.relu(s.n1(x)))], 1); x = F.avg_pool2d(x, 2)
        return s.fc(s.last(torch.cat([x, s.c2(F.relu(s.n2(x)))], 1)).mean((2, 3)))

def main():
    out = {}
    for name, cls in {**M.NETS, "densenet": Densenet}.items():
        torch.manual_seed(0); m = M.settle(cls()).eval().double(); golden = load_file(str(here.parent / f"{name}.safetensors"))
        x, layer, maps = golden["input"].double(), *LAYERS[name]; kept = {}
        layer(m).register_forward_hook(lambda _, i, o: kept.update(a=o))
        classes = torch.stack([golden["labels"], (golden["labels"] + 1) % 5]); heats = []
        for row in classes:
            z = m(x); assert torch.allclose(z.float(), golden["logits"], rtol=1e-4, atol=1e-5), name
            (da,) = torch.autograd.grad(z.gather(1, row[:, None]).sum(), kept["a"])
            heats.append(torch.relu((maps(da).mean((2, 3), keepdim=True) * maps(kept["a"])).sum(1)).detach().float())
        out[f"{name}.classes"], out[f"{name}.heat"] = classes, torch.stack(heats); print(name, tuple(out[f"{name}.heat"].shape), [float(h.max()) for h in heats])
    save_file({k: v.contiguous() for k, v in out.items()}, str(here / "heat.safetensors"))

if __name__ == "__main__":
    main()
