//! The web client: reader and studio of the blog as a single page, over the public contract.
//!
//! - [`graphql`]: what is asked, checked against `schema.graphql` when compiled.
//! - [`socket`]: what the server tells by itself; the protocol is a pure machine.
//! - [`state`]: reducers, tested on the host: the board, the draft with its autosave, lists.
//! - [`pages`] and [`components`]: views, rendered to strings in host tests.
//! - [`backstage`]: what readers never load, and how it comes when it is needed.
//! - [`strings`]: every text that people read.
//!
//! It polls nothing, never reloads, and never replaces what an author has typed. It depends on no
//! crate of the server and sets no inline styles or scripts: the content policy forbids both.

mod app;
mod backstage;
mod browser;
mod components;
mod graphql;
mod pages;
#[cfg(test)]
mod rendered;
mod route;
mod socket;
mod state;
mod strings;
mod takeover;

/// Takes over the page's `#app`. Does nothing where there is no browser.
pub fn start() {
    let Some(document) = browser::document() else { return };
    match takeover::root(&document) {
        Some(root) => {
            yew::Renderer::<app::App>::with_root(root).render();
        }
        None => {
            yew::Renderer::<app::App>::new().render();
        }
    }
}
