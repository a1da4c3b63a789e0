/**
 * Pixels of a side of a picture as a model gets it. Those of classifiers have up to about a thousand; what asks for more than
 * this is damaged, or made to take all memory.
 */
export const mostPixels = 8192;
