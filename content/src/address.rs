//! Which addresses a post may name.

use domain::AssetId;

/// Where a link leads.
pub(crate) enum Link {
    /// Within the blog: relative, or a part of the page.
    Own(String),
    /// Anywhere else.
    Foreign(String),
}

/// Schemes that a link may have. Everything else (`javascript:`, `data:`, `vbscript:`, `file:` and
/// whatever comes next) is refused by not being here.
const LINK_SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// Decides whether a post may link there; `None` drops the link and keeps its text.
pub(crate) fn link(address: &str) -> Option<Link> {
    let address = as_browsers_read(address);
    match scheme(&address) {
        Some(scheme) if LINK_SCHEMES.contains(&scheme.as_str()) => Some(Link::Foreign(address)),
        Some(_) => None,
        None if leaves_the_host(&address) => Some(Link::Foreign(address)),
        None => Some(Link::Own(address)),
    }
}

/// What an image in Markdown names.
pub(crate) enum ImageSource {
    /// `asset:ID`, uploaded here.
    Asset(AssetId),
    /// On another host, over https.
    Foreign(String),
}

/// Decides whether a post may show it; `None` leaves the alternative text.
pub(crate) fn image(address: &str) -> Option<ImageSource> {
    if let Some(id) = address.strip_prefix("asset:") {
        return AssetId::parse(id).ok().map(ImageSource::Asset);
    }
    let address = as_browsers_read(address);
    let foreign = scheme(&address).as_deref() == Some("https");
    foreign.then_some(ImageSource::Foreign(address))
}

/// Removes what browsers remove before they look at the scheme (so `java\nscript:` hides nothing), and
/// encodes what may not stand in an address.
fn as_browsers_read(address: &str) -> String {
    let mut read = String::with_capacity(address.len());
    for c in address.trim_matches(|c: char| c <= ' ').chars() {
        match c {
            c if c.is_control() => {}
            ' ' => read.push_str("%20"),
            '"' => read.push_str("%22"),
            '<' => read.push_str("%3C"),
            '>' => read.push_str("%3E"),
            '`' => read.push_str("%60"),
            c => read.push(c),
        }
    }
    read
}

/// The part before the first `:`, in lower case, when no path, query or fragment begins before it.
fn scheme(address: &str) -> Option<String> {
    let colon = address.find(':')?;
    let before = &address[..colon];
    (!before.contains(['/', '?', '#'])).then(|| before.trim().to_ascii_lowercase())
}

fn leaves_the_host(address: &str) -> bool {
    let mut bytes = address.bytes();
    let slash = |byte: Option<u8>| matches!(byte, Some(b'/' | b'\\'));
    slash(bytes.next()) && slash(bytes.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_schemes_become_links() {
        for refused in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "java\tscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "asset:x",
        ] {
            assert!(link(refused).is_none(), "{refused}");
        }
        for own in ["/posts/x", "#설치", "other", "?page=2", "a/b:c", "#a:b"] {
            assert!(matches!(link(own), Some(Link::Own(_))), "{own}");
        }
        for foreign in ["https://example.com", "//example.com", "/\\example.com", "mailto:a@b.c"] {
            assert!(matches!(link(foreign), Some(Link::Foreign(_))), "{foreign}");
        }
    }

    #[test]
    fn only_assets_and_https_are_images() {
        assert!(matches!(
            image(&format!("asset:{}", AssetId::from_bits(7))),
            Some(ImageSource::Asset(_))
        ));
        assert!(matches!(image("https://example.com/a.png"), Some(ImageSource::Foreign(_))));
        for refused in
            ["asset:../x", "http://a/b.png", "data:image/png;base64,x", "/a.png", "x.png"]
        {
            assert!(image(refused).is_none(), "{refused}");
        }
    }
}
