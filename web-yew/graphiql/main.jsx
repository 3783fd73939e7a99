// GraphiQL, with a field for an access token above it.
import GraphiQL from "graphiql-prebuilt";
import { useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";

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
  const change = ({ target }) => {
    setToken(target.value);
    keep(target.value.trim());
  };
  return (
    <>
      <header className="deepdive-bar">
        <a href="/">Deepdive</a>
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
      <main className="deepdive-graphiql">
        <GraphiQL fetcher={fetcher} defaultTabs={tabs} defaultEditorToolsVisibility="variables" />
      </main>
    </>
  );
}

createRoot(document.getElementById("graphiql")).render(<Page />);
