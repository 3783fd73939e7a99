//! Mounts the client on the page.

fn main() {
    web_yew::start();
}
