//! Signs, names and letters that are said in words.

use domain::text::Language;

use crate::scan::Place;

/// A sign, in English, in Korean. Longer ones first.
const SIGNS: [(&str, &str, &str); 32] = [
    ("C++", "C plus plus", "씨 플러스 플러스"),
    ("c++", "C plus plus", "씨 플러스 플러스"),
    ("C#", "C sharp", "씨 샵"),
    ("F#", "F sharp", "에프 샵"),
    (".NET", "dot net", "닷넷"),
    ("!==", "not equal to", "같지 않음"),
    ("===", "equal to", "같음"),
    ("!=", "not equal to", "같지 않음"),
    ("==", "equal to", "같음"),
    (">=", "greater than or equal to", "크거나 같음"),
    ("<=", "less than or equal to", "작거나 같음"),
    ("=>", "arrow", "화살표"),
    ("->", "arrow", "화살표"),
    ("→", "arrow", "화살표"),
    ("&&", "and", "그리고"),
    ("||", "or", "또는"),
    ("≠", "not equal to", "같지 않음"),
    ("≥", "greater than or equal to", "크거나 같음"),
    ("≤", "less than or equal to", "작거나 같음"),
    ("≈", "about", "약"),
    ("×", "times", "곱하기"),
    ("÷", "divided by", "나누기"),
    ("±", "plus or minus", "플러스마이너스"),
    ("∞", "infinity", "무한대"),
    ("&", "and", "앤드"),
    (" + ", "plus", "더하기"),
    (" = ", "equals", "이퀄"),
    (" < ", "is less than", "작다"),
    (" > ", "is greater than", "크다"),
    (" * ", "times", "곱하기"),
    ("©", "", ""),
    ("®", "", ""),
];

/// Names that voices read wrongly.
const NAMES: [(&str, &str, &str); 44] = [
    ("GraphQL", "Graph Q.L.", "그래프큐엘"),
    ("PostgreSQL", "Postgres Q.L.", "포스트그레스큐엘"),
    ("MySQL", "My S.Q.L.", "마이에스큐엘"),
    ("SQLite", "S.Q.L. ite", "에스큐라이트"),
    ("NoSQL", "No S.Q.L.", "노에스큐엘"),
    ("DynamoDB", "Dynamo D.B.", "다이나모디비"),
    ("MongoDB", "Mongo D.B.", "몽고디비"),
    ("JavaScript", "JavaScript", "자바스크립트"),
    ("TypeScript", "TypeScript", "타입스크립트"),
    ("WebAssembly", "WebAssembly", "웹어셈블리"),
    ("WebSocket", "WebSocket", "웹소켓"),
    ("GitHub", "GitHub", "깃허브"),
    ("GitLab", "GitLab", "깃랩"),
    ("YouTube", "YouTube", "유튜브"),
    ("OpenSearch", "OpenSearch", "오픈서치"),
    ("Elasticsearch", "Elastic search", "엘라스틱서치"),
    ("OAuth", "O Auth", "오어스"),
    ("iOS", "i.O.S.", "아이오에스"),
    ("macOS", "mac O.S.", "맥오에스"),
    ("IPv4", "I.P. version 4", "아이피 브이 포"),
    ("IPv6", "I.P. version 6", "아이피 브이 식스"),
    ("Kubernetes", "Koobernetties", "쿠버네티스"),
    ("kubernetes", "Koobernetties", "쿠버네티스"),
    ("k8s", "Koobernetties", "쿠버네티스"),
    ("K8s", "Koobernetties", "쿠버네티스"),
    ("kubectl", "cube control", "큐브 컨트롤"),
    ("nginx", "engine X", "엔진엑스"),
    ("JSON", "Jason", "제이슨"),
    ("YAML", "yammel", "야믈"),
    ("Rust", "Rust", "러스트"),
    ("Python", "Python", "파이썬"),
    ("Java", "Java", "자바"),
    ("Linux", "Linux", "리눅스"),
    ("Docker", "Docker", "도커"),
    ("Redis", "Reddis", "레디스"),
    ("Kafka", "Kafka", "카프카"),
    ("Tokio", "Tokio", "토키오"),
    ("SaaS", "sass", "사스"),
    ("Wi-Fi", "Wi-Fi", "와이파이"),
    ("i18n", "internationalisation", "국제화"),
    ("a11y", "accessibility", "접근성"),
    ("async", "a-sync", "어싱크"),
    ("stdout", "standard out", "표준 출력"),
    ("UTF", "U.T.F.", "유티에프"),
];

/// Abbreviations with a vowel in them that are spelled all the same; without one, all are.
const SPELLED: [&str; 52] = [
    "ABI", "ACL", "AI", "AMD", "AOT", "API", "AST", "AWS", "CEO", "CI", "CLI", "CPU", "CTO", "EC",
    "ECS", "EKS", "EOF", "EOL", "FAQ", "GPU", "GUI", "IAM", "ID", "IDE", "IDL", "IO", "IP", "LLVM",
    "OOM", "OOP", "ORM", "OS", "QA", "SEO", "SLA", "SLO", "SRE", "TPU", "UDP", "UI", "UID", "URI",
    "URL", "USA", "USB", "UTC", "UUID", "UX", "VPC", "VPN", "XML", "AES",
];

const LETTERS: [&str; 26] = [
    "에이",
    "비",
    "씨",
    "디",
    "이",
    "에프",
    "지",
    "에이치",
    "아이",
    "제이",
    "케이",
    "엘",
    "엠",
    "엔",
    "오",
    "피",
    "큐",
    "알",
    "에스",
    "티",
    "유",
    "브이",
    "더블유",
    "엑스",
    "와이",
    "제트",
];

/// Digits behind letters are said in English: 에스쓰리.
const DIGITS: [&str; 10] =
    ["제로", "원", "투", "쓰리", "포", "파이브", "식스", "세븐", "에이트", "나인"];

/// Signs that are said. Those with blanks are said only so: a hyphen and a minus look alike.
pub(crate) fn sign(place: &Place<'_>) -> Option<(usize, String)> {
    let (sign, english, korean) = SIGNS.iter().find(|(sign, ..)| {
        place.rest.starts_with(sign) && (place.begins() || !sign.starts_with(['C', 'c', 'F', '.']))
    })?;
    // Of a sign between blanks, the second may belong to the next.
    let length = if sign.ends_with(' ') { sign.len() - 1 } else { sign.len() };
    let word = place.say(english, korean);
    // A name stands as it is; other signs stand apart, but for a particle behind.
    if sign.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Some((length, word.to_owned()));
    }
    let particle = place.rest[length..].starts_with(|c: char| matches!(c, '가'..='힣'));
    Some((length, format!(" {word}{}", if particle { "" } else { " " })))
}

/// A Latin word: a name that is said otherwise, an abbreviation that is spelled, an identifier.
pub(crate) fn word(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() || !place.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let whole = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    if let Some((name, english, korean)) = NAMES.iter().find(|(name, ..)| {
        place
            .rest
            .strip_prefix(name)
            .is_some_and(|behind| behind.is_empty() || behind.starts_with(whole))
    }) {
        return Some((name.len(), place.say(english, korean).to_owned()));
    }
    let end = place.rest.find(whole).unwrap_or(place.rest.len());
    let word = &place.rest[..end];
    let said = match place.language {
        Language::English => spelled_english(word),
        Language::Korean => spelled_korean(word),
    };
    Some((end, said.unwrap_or_else(|| identifier(word))))
}

/// `APIs` becomes `A.P.I.s`, which a voice reads letter by letter, A as a letter too.
fn spelled_english(word: &str) -> Option<String> {
    let (letters, digits, plural) = abbreviation(word)?;
    if letters.len() < 2 {
        return None;
    }
    let mut said: String = letters.chars().flat_map(|c| [c, '.']).collect();
    if !digits.is_empty() {
        said.push(' ');
        said.push_str(digits);
    }
    said.push_str(plural);
    Some(said)
}

/// `API` becomes 에이피아이, `S3` 에스쓰리.
fn spelled_korean(word: &str) -> Option<String> {
    let (letters, digits, _) = abbreviation(word)?;
    let mut said: String = letters.bytes().map(|c| LETTERS[usize::from(c - b'A')]).collect();
    match digits.as_bytes() {
        [] => {}
        [one] => said.push_str(DIGITS[usize::from(one - b'0')]),
        _ => {
            said.push(' ');
            said.push_str(&crate::number::sino(digits));
        }
    }
    Some(said)
}

/// Capital letters that are said one by one, with digits or an s behind.
fn abbreviation(word: &str) -> Option<(&str, &str, &str)> {
    let end = word.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(word.len());
    let (letters, rest) = word.split_at(end);
    let (digits, plural) = match rest {
        "s" => ("", "s"),
        digits if digits.len() <= 4 && digits.bytes().all(|c| c.is_ascii_digit()) => (digits, ""),
        _ => return None,
    };
    let vowel = letters.contains(['A', 'E', 'I', 'O', 'U']);
    let spelled = !vowel || letters.len() == 1 || SPELLED.contains(&letters);
    // Other words of capitals are words that are shouted.
    ((1..=5).contains(&letters.len()) && spelled).then_some((letters, digits, plural))
}

/// `read_line` and `readLine` are two words.
fn identifier(word: &str) -> String {
    let mut words = String::with_capacity(word.len() + 4);
    let mut before = ' ';
    for c in word.chars() {
        if c == '_' {
            words.push(' ');
        } else {
            if before.is_ascii_lowercase() && c.is_ascii_uppercase() {
                words.push(' ');
            }
            words.push(c);
        }
        before = c;
    }
    words
}
