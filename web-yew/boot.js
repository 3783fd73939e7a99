// Starts the client. `client` and CLIENT_WASM are put in by the bundler: the glue that wasm-bindgen
// makes, and the address of the program under the name that its content gives it.
import start from "client";

await start({ module_or_path: CLIENT_WASM });
