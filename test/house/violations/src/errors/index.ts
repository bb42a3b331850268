/** Floor 4: a note that was not kept up to date. */ // reported: wrong-floor
export const floor = 0;
