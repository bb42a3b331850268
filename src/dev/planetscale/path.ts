/** What the paths of PlanetScale's protocol begin with. */
export const PLANETSCALE_PATH = '/psdb.v1alpha1.Database/';
