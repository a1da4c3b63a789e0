/** Whether a name that a stranger gave, "/" between its parts, stays inside of the folder that it is written into. */
export const isInside = (name: string): boolean =>
  !/[\\\0:]/.test(name) && name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
