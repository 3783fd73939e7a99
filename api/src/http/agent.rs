//! What program asks, in words that a person knows.

use axum::http::{HeaderMap, header};

/// Marks of browsers, those first that also claim to be others.
const PROGRAMS: [(&str, &str); 12] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("Whale/", "Whale"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("KAKAOTALK", "KakaoTalk"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Safari/", "Safari"),
];

/// Marks of systems, likewise.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// Longest name of a program that is not known here.
const NAME: usize = 40;

/// Describes the program from its `User-Agent`, such as `Firefox, Linux` or `curl`; none when it does
/// not tell. Versions are left out: they would be stale in a list, and more than it needs to know.
pub fn described(headers: &HeaderMap) -> Option<String> {
    let agent = headers.get(header::USER_AGENT)?.to_str().ok()?;
    let found = |marks: &[(&str, &'static str)]| {
        marks.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    match (found(&PROGRAMS), found(&SYSTEMS)) {
        (Some(program), Some(system)) => Some(format!("{program}, {system}")),
        (Some(program), None) => Some(program.to_owned()),
        (None, _) => {
            let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let name: String = agent.chars().take_while(plain).take(NAME).collect();
            (!name.is_empty()).then_some(name)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(agent: &str, expected: Option<&str>) {
        let headers = HeaderMap::from_iter([(header::USER_AGENT, agent.parse().unwrap())]);
        assert_eq!(described(&headers).as_deref(), expected);
    }

    #[test]
    fn browsers_are_called_by_the_names_that_people_know() {
        let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        check(
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            Some("Firefox, Linux"),
        );
        check(
            &format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome}"),
            Some("Chrome, Windows"),
        );
        check(&format!("Mozilla/5.0 (Windows NT 10.0) {chrome} Edg/140.0"), Some("Edge, Windows"));
        check(
            &format!("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {chrome} Whale/4.0"),
            Some("Whale, macOS"),
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1",
            Some("Safari, iPhone"),
        );
    }

    #[test]
    fn other_programs_are_called_by_their_first_word_which_is_bounded() {
        check("curl/8.14.1", Some("curl"));
        check("<script>alert(1)</script>", None);
        check("", None);
        check(&"x".repeat(500), Some(&"x".repeat(NAME)));
        assert_eq!(described(&HeaderMap::new()), None);
    }
}
