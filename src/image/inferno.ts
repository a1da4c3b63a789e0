/**
 * The colour map "inferno": black, violet, red, yellow, its lightness rising evenly, so that equal steps look equal, to those
 * too who do not tell red from green. Every fifth of its 256 colours.
 *
 * @see Stéfan van der Walt and Nathaniel Smith, https://bids.github.io/colormap (CC0), as in matplotlib
 */
const anchors = `
  000004 02020c 050417 0a0722 10092d 160b39 1e0c45 260c51 2f0a5b 380962 400a67 490b6a 510e6c 59106e 61136e 69166e 71196e
  781c6d 801f6c 88226a 902568 982766 a02a63 a82e5f b0315b b73557 bf3952 c63d4d cc4248 d34743 d94d3d df5337 e45a31 e9612b
  ed6925 f1711f f47918 f78212 f98b0b fa9407 fb9d07 fca60c fcb014 fbba1f fac42a f8cd37 f6d746 f4e156 f2ea69 f2f27d f5f992
  fcffa4`
  .trim()
  .split(/\s+/)
  .map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));

/** @returns red, green and blue, 0 to 255, of `value` from 0 to 1 */
export function inferno(value: number): readonly [number, number, number] {
  const place = Math.min(1, Math.max(0, value)) * (anchors.length - 1);
  const at = Math.min(Math.floor(place), anchors.length - 2);
  const [low = [], high = []] = [anchors[at], anchors[at + 1]];
  const mixed = (channel: number) => {
    const from = low[channel] ?? 0;
    return from + ((high[channel] ?? 0) - from) * (place - at);
  };
  return [mixed(0), mixed(1), mixed(2)];
}
