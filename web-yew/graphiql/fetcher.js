// How GraphiQL's operations get to this server: questions over HTTP, subscriptions over the socket.
import { parse } from "graphql";
import { createClient } from "graphql-ws";

const HTTP = "/graphql";
// Where the server says that its sockets are, or beside the page.
const SOCKET =
  document.querySelector("meta[name='deepdive:sockets']")?.content ??
  `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql/ws`;

/** A fetcher that asks with the token that `token` gives when it is called; without one, as the browser is signed in. */
export function fetcherWith(token) {
  return ({ query, variables, operationName }, { headers = {} } = {}) => {
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    // What is written in the editor of headers is nearer to the operation.
    const authorization = given.authorization ?? (token() ? `Bearer ${token()}` : undefined);
    const { named, subscribes } = chosen(query, operationName);
    const request = { query, variables, operationName: named };
    if (subscribes) return watch(request, authorization);
    return ask(request, authorization ? { ...given, authorization } : given);
  };
}

/** Which operation of a document is meant. GraphiQL may still hold the name that the only one had before. */
function chosen(query, operationName) {
  try {
    const operations = parse(query).definitions.filter(({ kind }) => kind === "OperationDefinition");
    const one = operations.length === 1 ? operations[0] : operations.find(({ name }) => name?.value === operationName);
    return { named: one?.name?.value, subscribes: one?.operation === "subscription" };
  } catch {
    // The server says what is wrong with it.
    return { named: operationName ?? undefined, subscribes: false };
  }
}

async function ask(request, headers = {}) {
  const answer = await fetch(HTTP, {
    method: "POST",
    headers: {
      // What is wrong with a document is no failure of the page.
      accept: "application/json",
      ...headers,
      "content-type": "application/json",
    },
    body: JSON.stringify(request),
  });
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The server answered with status ${answer.status}: ${text.slice(0, 200)}`);
  }
}

/** A socket does not know the browser's cookie; whoever is signed in draws a ticket for it. */
async function admission(authorization) {
  if (authorization) return { Authorization: authorization };
  const query = "mutation { socketTicket { ... on SocketTicketSuccess { ticket } } }";
  const { data } = await ask({ query });
  const ticket = data?.socketTicket?.ticket;
  return ticket ? { ticket } : {};
}

/** Results of a subscription. Its socket is its own, and is closed with it. */
async function* watch(request, authorization) {
  const client = createClient({
    url: SOCKET,
    connectionParams: () => admission(authorization),
    // A snapshot would come again; whoever watches here wants to know that the line was lost.
    retryAttempts: 0,
  });
  try {
    yield* client.iterate(request);
  } catch (error) {
    if (Array.isArray(error)) yield { errors: error };
    else if (error instanceof Error) throw error;
    else throw new Error(`The socket was closed: ${error?.code ?? ""} ${error?.reason ?? ""}`.trim());
  } finally {
    await client.dispose();
  }
}
