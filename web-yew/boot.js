// Starts the client. `client` and CLIENT_WASM are put in by the bundler: the glue that wasm-bindgen
// makes, and the address of the program under the name that its content gives it.
import start from "client";

// The theme that the reader chose, before the program is here: no flash of the other one.
try {
  const theme = localStorage.getItem("deepdive.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: the system's theme it is.
}

await start({ module_or_path: CLIENT_WASM });
