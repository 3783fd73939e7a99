//! The web client: its files, and the shell that each of its pages begins with.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::answer::Problem;
use super::reading::markup;
use super::reading::page::{Address, Filling};
use super::{Doors, reading};

const SHELL: &str = "index.html";
/// The gaps that the bundler leaves in the shell.
const HEAD: &str = "<!--deepdive:head-->";
const BODY: &str = "<!--deepdive:body-->";
const GRAPHIQL: &str = "graphiql.html";
/// What is said with a file whose name tells its content.
pub const FOREVER: &str = "public, max-age=31536000, immutable";
/// Pages of the client, `*` for one part. Every other address gets the shell with status 404, and
/// the client shows its own not-found page.
const PAGES: [&str; 15] = [
    "/",
    "/posts/*",
    "/tags/*",
    "/search",
    "/sign-in",
    "/sign-up",
    "/confirm",
    "/forgot",
    "/reset",
    "/account",
    "/setup",
    "/studio",
    "/studio/pipelines",
    "/studio/deleted",
    "/studio/posts/*",
];
/// First parts that belong to machines: nothing there is a page.
const MACHINES: [&str; 5] = ["graphql", "media", "uploads", "assets", "api"];

/// Files of the bundled web client, by path without leading slash.
pub trait Files: Send + Sync {
    /// Reads a file.
    fn get(&self, path: &str) -> Option<Cow<'static, [u8]>>;
}

/// The web client, ready to be served.
pub struct Pages {
    files: Box<dyn Files>,
    shell: Option<Bytes>,
    policy: HeaderValue,
    /// What the client is told at the end of a page's head.
    told: String,
    searched: bool,
}

impl Pages {
    /// Takes the files of a bundle, which may be empty.
    pub fn new(files: impl Files + 'static) -> Self {
        let shell = files.get(SHELL).map(|shell| Bytes::from(shell.into_owned()));
        let inline = shell.as_deref().map(inline_scripts).unwrap_or_default();
        let (files, policy) = (Box::new(files), policy(&inline, ""));
        Pages { files, policy, shell, told: String::new(), searched: true }
    }

    /// Lets the pages play media from another origin than their own, and send uploads there.
    #[must_use]
    pub fn with_objects_at(mut self, origin: &str) -> Self {
        let inline = self.shell.as_deref().map(inline_scripts).unwrap_or_default();
        self.policy = policy(&inline, origin);
        self
    }

    /// Tells the pages where sockets are opened, when that is not beside them.
    #[must_use]
    pub fn with_sockets_at(self, address: &str) -> Self {
        self.tell("sockets", address)
    }

    /// Tells the pages that posts of this blog cannot be searched, so that none of them offers it.
    #[must_use]
    pub fn without_search(mut self) -> Self {
        self.searched = false;
        self.tell("search", "off")
    }

    /// Whether posts can be searched.
    pub(super) fn searched(&self) -> bool {
        self.searched
    }

    fn tell(mut self, name: &str, content: &str) -> Self {
        let content = markup::text(content);
        let meta = format!("<meta name=\"deepdive:{name}\" content=\"{content}\">\n");
        let shell = self.shell.as_deref().and_then(|shell| std::str::from_utf8(shell).ok());
        self.shell = shell.map(|shell| telling(shell, &meta).into()).or(self.shell);
        self.told.push_str(&meta);
        self
    }

    /// The Content-Security-Policy of every answer that has none of its own.
    pub fn content_security_policy(&self) -> &HeaderValue {
        &self.policy
    }

    /// Whether the web client is part of this binary.
    pub fn bundled(&self) -> bool {
        self.shell.is_some()
    }

    /// The shell with the content of one page; `None` when the client is not part of this binary.
    pub(super) fn filled(&self, filling: &Filling) -> Option<String> {
        let shell = std::str::from_utf8(self.shell.as_ref()?).ok()?;
        let language = format!("<html lang=\"{}\">", filling.language);
        let filled =
            shell.replacen(HEAD, &filling.head, 1).replacen("<html lang=\"ko\">", &language, 1);
        // Last, so that nothing in an article is mistaken for a part of the shell.
        Some(match filled.rsplit_once(BODY) {
            Some((before, after)) => [before, &filling.body, after].concat(),
            None => filled,
        })
    }

    /// GraphiQL, with a policy of its own: its editor makes style elements as one types. Scripts are ours
    /// only, as everywhere.
    fn graphiql(&self) -> Response {
        let Some(page) = self.files.get(GRAPHIQL) else { return not_bundled() };
        let page = telling(&String::from_utf8_lossy(&page), &self.told);
        let mut response = html(StatusCode::OK, page.into());
        let policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:; \
                      object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
        let policy = HeaderValue::from_static(policy);
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        response
    }

    fn answer(&self, path: &str, headers: &HeaderMap) -> Response {
        let file = path.trim_start_matches('/');
        let last = file.rsplit('/').next().unwrap_or_default();
        if last.contains('.') && file != SHELL && file != GRAPHIQL && !last.ends_with(".br") {
            return self.file(file, headers).unwrap_or_else(not_found);
        }
        if file.split('/').next().is_some_and(|first| MACHINES.contains(&first)) {
            return not_found();
        }
        let Some(shell) = &self.shell else { return self.not_bundled() };
        let known = PAGES.iter().any(|page| matches(page, path));
        let status = if known { StatusCode::OK } else { StatusCode::NOT_FOUND };
        html(status, shell.clone())
    }

    /// Says how to get the client.
    pub(super) fn not_bundled(&self) -> Response {
        not_bundled()
    }

    fn file(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let whole = self.files.get(path)?;
        let hashed = has_hash(path);
        let etag = format!("\"{}\"", short_hash(&whole));
        let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
        let compressed = accepts_brotli(headers).then(|| self.files.get(&format!("{path}.br")));
        let compressed = compressed.flatten();
        let mut response = if known.is_some_and(|known| known.contains(&etag)) {
            StatusCode::NOT_MODIFIED.into_response()
        } else if let Some(compressed) = compressed {
            ([(header::CONTENT_ENCODING, "br")], body(compressed)).into_response()
        } else {
            body(whole).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let cache = HeaderValue::from_static(if hashed { FOREVER } else { "no-cache" });
        headers.insert(header::CACHE_CONTROL, cache);
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(header::ETAG, etag);
        }
        Some(response)
    }
}

/// Answers everything that no other route does.
pub async fn page(
    State(doors): State<Arc<Doors>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if method != Method::GET && method != Method::HEAD {
        let message = "pages are read with GET";
        let status = StatusCode::METHOD_NOT_ALLOWED;
        return Problem::new(status, "METHOD_NOT_ALLOWED", message)
            .with(header::ALLOW, "GET, HEAD")
            .into_response();
    }
    match Address::of(uri.path(), uri.query()) {
        Some(address) => reading::page::page(&doors, address, &uri, &headers).await,
        None => doors.pages.answer(uri.path(), &headers),
    }
}

/// Answers `/graphiql`.
pub async fn graphiql(State(doors): State<Arc<Doors>>) -> Response {
    doors.pages.graphiql()
}

/// A page with more at the end of its head.
fn telling(page: &str, told: &str) -> String {
    page.replacen("</head>", &format!("{told}</head>"), 1)
}

fn html(status: StatusCode, html: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        // The shell names the files of this build; after an update it must name the new ones.
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (status, headers, html).into_response()
}

fn not_found() -> Response {
    Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing here").into_response()
}

fn not_bundled() -> Response {
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Deepdive</title>\
        <h1>The web client is not part of this build</h1>\
        <p>The API at <a href=\"/schema.graphql\">/graphql</a> works. To have the pages too, run \
        <code>cargo xtask serve</code>, or <code>cargo xtask web</code> and build again.</p></html>";
    html(StatusCode::SERVICE_UNAVAILABLE, Bytes::from_static(page.as_bytes()))
}

fn body(bytes: Cow<'static, [u8]>) -> Bytes {
    match bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

fn matches(page: &str, path: &str) -> bool {
    let path = path.strip_suffix('/').filter(|path| path.len() > 1).unwrap_or(path);
    let (mut page, mut path) = (page.split('/'), path.split('/'));
    loop {
        match (page.next(), path.next()) {
            (None, None) => return true,
            (Some("*"), Some(part)) if !part.is_empty() => {}
            (Some(expected), Some(part)) if expected == part => {}
            _ => return false,
        }
    }
}

/// Whether the name holds a hash of the content, as `app-0123456789.wasm` does.
pub fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    stem.rsplit_once('-')
        .is_some_and(|(_, hash)| hash.len() >= 8 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| match coding.trim().split_once(';') {
            None => coding.trim() == "br",
            Some((name, weight)) => name.trim() == "br" && !weight.trim().starts_with("q=0"),
        })
}

/// What a file is, by its name.
pub fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "wasm" => "application/wasm",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}

/// What pages may load and do. WebAssembly needs a word of its own; inline scripts run only when
/// they are those of the shell. `objects` is where media are beside our own origin, if they are.
fn policy(inline: &[String], objects: &str) -> HeaderValue {
    let mut scripts = "'self' 'wasm-unsafe-eval'".to_owned();
    for hash in inline {
        scripts += &format!(" 'sha256-{hash}'");
    }
    let objects = if objects.is_empty() { String::new() } else { format!(" {objects}") };
    let policy = format!(
        "default-src 'self'; script-src {scripts}; style-src 'self'; img-src 'self' data: https:{objects}; \
         media-src 'self'{objects}; font-src 'self'; connect-src 'self' ws: wss:{objects}; \
         object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// Hashes of the scripts that stand in the shell itself.
fn inline_scripts(shell: &[u8]) -> Vec<String> {
    let shell = String::from_utf8_lossy(shell);
    let mut hashes = Vec::new();
    let mut rest = &*shell;
    while let Some((_, from_tag)) = rest.split_once("<script") {
        let Some((attributes, from_body)) = from_tag.split_once('>') else { break };
        let Some((script, after)) = from_body.split_once("</script>") else { break };
        if !attributes.contains("src=") {
            hashes.push(STANDARD.encode(Sha256::digest(script.as_bytes())));
        }
        rest = after;
    }
    hashes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_known_by_their_parts() {
        let known = |path: &str| PAGES.iter().any(|page| matches(page, path));
        for path in ["/", "/posts/한글-slug", "/posts/a/", "/tags/rust", "/studio", "/search"] {
            assert!(known(path), "{path}");
        }
        for path in ["/nothing", "/posts/a/b", "/posts//", "//", "/studio/posts"] {
            assert!(!known(path), "{path}");
        }
    }

    #[test]
    fn only_a_name_with_a_hash_is_kept_forever() {
        assert!(has_hash("app-0123456789.wasm") && has_hash("assets/app-abcdef01.js"));
        assert!(!has_hash("favicon.ico") && !has_hash("sign-in.js") && !has_hash("a-0123.css"));
    }

    #[test]
    fn scripts_of_the_shell_are_allowed_by_their_hash() {
        let shell = "<script type=\"module\" src=\"/a.js\"></script><script>alert(1)</script>";
        let policy = policy(&inline_scripts(shell.as_bytes()), "");
        let policy = policy.to_str().unwrap_or_default();
        assert!(
            policy.contains("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe-inline"));
    }

    #[test]
    fn media_and_uploads_may_be_elsewhere_when_a_home_says_so() {
        struct Nothing;
        impl Files for Nothing {
            fn get(&self, _: &str) -> Option<Cow<'static, [u8]>> {
                None
            }
        }
        let bucket = "https://media.s3.ap-northeast-2.amazonaws.com";
        let pages = Pages::new(Nothing);
        let policy = |pages: &Pages| pages.content_security_policy().to_str().unwrap().to_owned();
        assert!(!policy(&pages).contains(bucket));
        let policy = policy(&pages.with_objects_at(bucket));
        for kind in
            ["img-src 'self' data: https:", "media-src 'self'", "connect-src 'self' ws: wss:"]
        {
            assert!(policy.contains(&format!("{kind} {bucket};")), "{policy}");
        }
        assert!(policy.contains("default-src 'self';") && policy.contains("script-src 'self'"));
    }

    #[test]
    fn every_page_tells_where_sockets_are_when_they_are_elsewhere() {
        struct Two;
        impl Files for Two {
            fn get(&self, _: &str) -> Option<Cow<'static, [u8]>> {
                Some(Cow::Borrowed(b"<head><!--deepdive:head--></head>"))
            }
        }
        let beside = Pages::new(Two);
        assert!(!beside.filled(&Filling::default()).unwrap().contains("deepdive:sockets"));
        let pages = Pages::new(Two).with_sockets_at("wss://a.example/live?\"");
        let told =
            "<meta name=\"deepdive:sockets\" content=\"wss://a.example/live?&quot;\">\n</head>";
        assert!(pages.filled(&Filling::default()).unwrap().ends_with(told));
        assert!(telling("<head></head>", &pages.told).ends_with(told));
    }

    #[test]
    fn brotli_is_sent_to_those_who_take_it() {
        let takes = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(text));
            accepts_brotli(&headers)
        };
        assert!(takes("gzip, deflate, br, zstd") && takes("br;q=1.0"));
        assert!(!takes("gzip") && !takes("br;q=0, gzip"));
    }
}
