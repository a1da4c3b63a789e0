/** "500 × 375 pixels". */
export const pixels = ({ width, height }: { readonly width: number; readonly height: number }): string =>
  `${width} × ${height} pixels`;
