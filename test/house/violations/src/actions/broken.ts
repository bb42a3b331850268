export const half = { // reported: syntax
