export const GET = async (): Promise<Response> => {
  const { Liquid } = await import('liquidjs');
  return new Response(await new Liquid().parseAndRender('{{ "lazy" | upcase }}'));
};
