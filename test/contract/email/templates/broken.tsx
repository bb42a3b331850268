export const nothing = 'a template has to export a component as its default';
