export const open = 9;
