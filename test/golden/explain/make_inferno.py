"""inferno.json: matplotlib 3.6's 256 colours "inferno" as bytes. Run: python make_inferno.py  (needs matplotlib)"""
import json, pathlib
from matplotlib._cm_listed import _inferno_data

pathlib.Path(__file__).with_name("inferno.json").write_text(json.dumps([[round(c * 255) for c in row] for row in _inferno_data], separators=(",", ":")))
