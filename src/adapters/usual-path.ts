/** Where the functions are in an app that says nothing else. */
export const USUAL_PATH = '/api/skene';
