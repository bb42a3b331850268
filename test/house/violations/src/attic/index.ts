export const attic = 'a room nobody planned'; // reported: unknown-room
