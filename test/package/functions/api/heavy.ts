import { Liquid } from 'liquidjs';

export const GET = async (): Promise<Response> =>
  new Response(await new Liquid().parseAndRender('{{ "heavy" | upcase }}'));
