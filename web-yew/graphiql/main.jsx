// GraphiQL, with a field for an access token above it.
import GraphiQL from "graphiql-prebuilt";
import { useEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";

import { keepAccessible } from "./accessible.js";
import { examples } from "./examples.js";
import { fetcherWith } from "./fetcher.js";
import "graphiql/graphiql.css";
import "./page.css";

/** For this tab of the browser, and only until it is closed. */
const KEPT = "deepdive.graphiql.token";

function kept() {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

function keep(token) {
  try {
    if (token) sessionStorage.setItem(KEPT, token);
    else sessionStorage.removeItem(KEPT);
  } catch {
    // Storage is forbidden: the page has to be given the token each time.
  }
}

const tabs = examples.map(({ query, variables }) => ({
  query,
  variables: variables && JSON.stringify(variables, null, 2),
}));

function Page() {
  const [token, setToken] = useState(kept);
  const latest = useRef(token);
  latest.current = token.trim();
  const fetcher = useMemo(() => fetcherWith(() => latest.current), []);
  const drawn = useRef(null);
  useEffect(() => keepAccessible(drawn.current), []);
  const change = ({ target }) => {
    setToken(target.value);
    keep(target.value.trim());
  };
  return (
    <>
      <header className="deepdive-bar">
        <h1><a href="/">Deepdive</a> API</h1>
        <label htmlFor="token">Access token</label>
        <input
          id="token"
          data-testid="graphiql-token"
          type="password"
          autoComplete="off"
          spellCheck="false"
          placeholder="dd_pat_…"
          value={token}
          onChange={change}
        />
        <a href="/schema.graphql">schema.graphql</a>
      </header>
      <main className="deepdive-graphiql" ref={drawn}>
        <GraphiQL fetcher={fetcher} defaultTabs={tabs} defaultEditorToolsVisibility="variables" />
      </main>
    </>
  );
}

createRoot(document.getElementById("graphiql")).render(<Page />);
