/** The parts of a rendered email that a template decides. */
export interface RenderedBody {
  html: string;
  text: string;
}

/**
 * Liquid that is ready to be rendered: everything dear (Markdown to HTML, HTML to plain text) was done when the
 * deployment was built.
 */
export interface LiquidTemplate {
  kind: 'liquid';
  subject?: string;
  html: string;
  text: string;
  /** The paths that must have a value, such as `activationLink` or `user.name`: used, never tested, without a default. */
  variables: string[];
}

/** A component (React Email). Its props are the personalization, `user`, `row`, `event` and `unsubscribeUrl`. */
export interface ComponentTemplate {
  kind: 'component';
  /** Liquid, over the same names as the props. */
  subject?: string;
  render(props: Record<string, unknown>): Promise<RenderedBody>;
}

/** Where the content of an email comes from. */
export type TemplateSource = LiquidTemplate | ComponentTemplate;
