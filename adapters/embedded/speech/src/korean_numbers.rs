//! Numbers in Korean text: which of the two numerals, by what is counted.
//!
//! Between a numeral and what it counts stands a [`JOINT`]: it is written apart and said together.

use crate::number::{self, LARGEST_NATIVE};
use crate::scan::{self, Number, Place};

/// A blank that is not heard.
pub(crate) const JOINT: char = '\u{a0}';

/// What is counted with native numerals, and what begins like it and is not.
const COUNTERS: [(&str, &[&str]); 36] = [
    ("개", &["개월", "개년", "개국", "개발", "개선"]),
    ("명", &["명령", "명세"]),
    ("번째", &[]),
    ("번", &["번호", "번지", "번대", "번들"]),
    ("살", &["살펴"]),
    ("가지", &["가지고", "가지는", "가지며"]),
    ("마리", &[]),
    ("시간", &["시간대"]),
    ("줄", &["줄이", "줄어", "줄였", "줄인"]),
    ("군데", &[]),
    ("사람", &[]),
    ("달", &["달러", "달성", "달라"]),
    ("배", &["배포", "배열", "배치", "배경"]),
    ("권", &["권한", "권장"]),
    ("편", &["편집", "편의"]),
    ("건", &["건너", "건물"]),
    ("곳", &[]),
    ("쌍", &[]),
    ("통", &["통신", "통과", "통합", "통계"]),
    ("칸", &["칸반"]),
    ("조각", &[]),
    ("묶음", &[]),
    ("종류", &[]),
    ("문장", &[]),
    ("단어", &[]),
    ("글자", &[]),
    ("차례", &[]),
    ("잔", &["잔여", "잔액"]),
    ("그루", &[]),
    ("바퀴", &[]),
    ("켤레", &[]),
    ("걸음", &[]),
    ("그릇", &[]),
    ("자루", &[]),
    ("송이", &[]),
    ("주먹", &[]),
];

/// What 번 numbers rather than counts, before or behind it.
const NUMBERED: [&str; 14] = [
    "버튼",
    "문제",
    "출구",
    "보기",
    "항목",
    "포트",
    "그림",
    "키",
    "선수",
    "서버",
    "노드",
    "파티션",
    "코어",
    "채널",
];

/// Latin units.
const UNITS: [(&str, &str); 36] = [
    ("ms", "밀리초"),
    ("µs", "마이크로초"),
    ("us", "마이크로초"),
    ("ns", "나노초"),
    ("min", "분"),
    ("KiB", "키비바이트"),
    ("MiB", "메비바이트"),
    ("GiB", "기비바이트"),
    ("KB", "킬로바이트"),
    ("kB", "킬로바이트"),
    ("MB", "메가바이트"),
    ("GB", "기가바이트"),
    ("TB", "테라바이트"),
    ("PB", "페타바이트"),
    ("Mbps", "메가비피에스"),
    ("Gbps", "기가비피에스"),
    ("kHz", "킬로헤르츠"),
    ("MHz", "메가헤르츠"),
    ("GHz", "기가헤르츠"),
    ("Hz", "헤르츠"),
    ("px", "픽셀"),
    ("km", "킬로미터"),
    ("cm", "센티미터"),
    ("mm", "밀리미터"),
    ("kg", "킬로그램"),
    ("mg", "밀리그램"),
    ("fps", "프레임"),
    ("°C", "도"),
    ("℃", "도"),
    ("m", "미터"),
    ("g", "그램"),
    ("s", "초"),
    ("h", "시간"),
    ("x", "배"),
    ("%", "퍼센트"),
    ("°", "도"),
];

/// Before a number.
const MONEY: [(&str, &str); 5] =
    [("$", "달러"), ("€", "유로"), ("£", "파운드"), ("₩", "원"), ("¥", "엔")];

pub(crate) fn date(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() {
        return None;
    }
    let ((year, month, day), length) = scan::date(place.rest)?;
    let (year, day) = (number::sino_value(year), number::sino_value(day));
    Some((length, format!("{year}년 {}월 {day}일", self::month(month))))
}

pub(crate) fn time(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() {
        return None;
    }
    let ((hour, minute, second), length) = scan::time(place.rest)?;
    let mut said = format!("{}{JOINT}시", self::hour(hour));
    if minute > 0 {
        said += &format!(" {}{JOINT}분", number::sino_value(minute));
    }
    if let Some(second) = second.filter(|second| *second > 0) {
        said += &format!(" {}{JOINT}초", number::sino_value(second));
    }
    Some((length, said))
}

pub(crate) fn telephone(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() || place.before.ends_with(['-', '.']) {
        return None;
    }
    let (groups, length) = scan::telephone(place.rest)?;
    let groups: Vec<String> = groups.iter().map(|group| number::telephone(group)).collect();
    Some((length, groups.join(" ")))
}

pub(crate) fn currency(place: &Place<'_>) -> Option<(usize, String)> {
    let (sign, name) = MONEY.iter().find(|(sign, _)| place.rest.starts_with(sign))?;
    let (number, behind) = Number::of(&place.rest[sign.len()..])?;
    let length = place.rest.len() - behind.len();
    Some((length, format!("{}{JOINT}{name}", sino(number))))
}

pub(crate) fn version(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() {
        return None;
    }
    let (number, _) = Number::of(place.rest.strip_prefix(['v', 'V'])?)?;
    // "버전 v1.2" says it already.
    let said = if place.before.trim_end().ends_with("버전") { "" } else { "버전 " };
    Some((1 + number.0.len(), format!("{said}{}", sino(number))))
}

/// Numbers, ranges of them, and what they count.
pub(crate) fn number(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() {
        return None;
    }
    let rest = place.rest;
    if let Some(number) = rest.strip_prefix('#').and_then(Number::of).map(|(number, _)| number) {
        return Some((1 + number.0.len(), format!("{}{JOINT}번", sino(number))));
    }
    let apart = place.before.is_empty() || place.before.ends_with([' ', '(']);
    if let Some((number, behind)) = rest.strip_prefix('-').filter(|_| apart).and_then(Number::of) {
        let counted = counted(place, number, behind);
        return Some((1 + number.0.len() + counted.taken, format!("마이너스 {}", counted.said)));
    }
    let (first, behind) = Number::of(rest)?;
    // A Latin word that begins with digits, not a unit: 3D.
    if behind.starts_with(|c: char| c.is_ascii_alphabetic()) && unit(behind).is_none() {
        return Some((first.0.len(), sino(first)));
    }
    if let Some((to, after)) = scan::range_to(behind) {
        let second = counted(place, to, after);
        let unit = &after[..second.taken];
        let first = counted(place, first, unit);
        let length = rest.len() - after.len() + second.taken;
        return Some((length, format!("{}에서 {}", first.said, second.said)));
    }
    if let Some((below, after)) = behind.strip_prefix('/').and_then(|below| scan::digits(below, 2))
        && let (Some(above), Ok(value)) = (first.value(), below.parse::<u64>())
        && above < value
        && value <= 10
        && !after.starts_with('/')
    {
        let said = format!("{}분의 {}", number::sino(below), sino(first));
        return Some((rest.len() - after.len(), said));
    }
    let counted = counted(place, first, behind);
    Some((first.0.len() + counted.taken, counted.said))
}

struct Counted {
    said: String,
    /// Bytes behind the number that `said` contains.
    taken: usize,
}

/// A number before `behind`, in the numeral that it asks for.
fn counted(place: &Place<'_>, number: Number<'_>, behind: &str) -> Counted {
    let spaced = behind.strip_prefix(' ');
    let next = spaced.unwrap_or(behind);
    let blank = usize::from(spaced.is_some());
    if let Some((unit, name)) = unit(next) {
        return Counted {
            said: format!("{}{JOINT}{name}", sino(number)),
            taken: blank + unit.len(),
        };
    }
    let value = number.value();
    if next.starts_with("번째") && value == Some(1) {
        return Counted { said: format!("첫{JOINT}번째"), taken: blank + "번째".len() };
    }
    if let (Some(value), true) = (value, next.starts_with('월')) {
        return Counted { said: format!("{}월", month(value)), taken: blank + "월".len() };
    }
    if let (Some(value), true) = (value, clock(next)) {
        return Counted { said: format!("{}{JOINT}시", hour(value)), taken: blank + "시".len() };
    }
    let native = value.filter(|value| (1..=LARGEST_NATIVE).contains(value));
    match (native, counter(place, next)) {
        (Some(value), Some(counter)) => Counted {
            said: format!("{}{JOINT}{counter}", number::native(value)),
            taken: blank + counter.len(),
        },
        _ => match SINO_COUNTERS.iter().find(|counter| next.starts_with(**counter)) {
            Some(counter) => Counted {
                said: format!("{}{JOINT}{counter}", sino(number)),
                taken: blank + counter.len(),
            },
            None => Counted { said: sino(number), taken: 0 },
        },
    }
}

/// What is counted with Sino-Korean numerals.
const SINO_COUNTERS: [&str; 17] = [
    "년",
    "일",
    "분",
    "초",
    "원",
    "층",
    "회",
    "주",
    "호",
    "쪽",
    "페이지",
    "차",
    "위",
    "인",
    "등",
    "세",
    "도",
];

/// What native numerals count here.
fn counter(place: &Place<'_>, next: &str) -> Option<&'static str> {
    let (counter, _) = COUNTERS.iter().find(|(counter, others)| {
        next.starts_with(counter) && !others.iter().any(|other| next.starts_with(other))
    })?;
    let before = place.before.trim_end();
    let behind = next[counter.len()..].trim_start();
    let label = *counter == "번"
        && NUMBERED.iter().any(|noun| before.ends_with(noun) || behind.starts_with(noun));
    (!label).then_some(*counter)
}

/// Whether this is the hour of a clock: 시 that begins no other word.
fn clock(next: &str) -> bool {
    let Some(behind) = next.strip_prefix('시') else { return false };
    let mut behind = behind.chars();
    match behind.next() {
        None => true,
        Some(c) => !matches!(c, '가'..='힣') || "에까부반쯤경는은의로를을정와".contains(c),
    }
}

fn hour(value: u64) -> String {
    if (1..=12).contains(&value) { number::native(value) } else { number::sino_value(value) }
}

/// 6월 and 10월 lose their final consonants.
fn month(value: u64) -> String {
    match value {
        6 => "유".to_owned(),
        10 => "시".to_owned(),
        value => number::sino_value(value),
    }
}

/// A unit in Latin letters or a sign that the text begins with.
fn unit(next: &str) -> Option<(&'static str, &'static str)> {
    UNITS
        .iter()
        .find(|(unit, _)| {
            next.strip_prefix(unit)
                .is_some_and(|behind| !behind.starts_with(|c: char| c.is_ascii_alphanumeric()))
        })
        .copied()
}

fn sino(number: Number<'_>) -> String {
    let mut said = number::sino(&number.whole());
    // A version has several points: 1.2.3. After each, digits are said one by one.
    for decimal in number.decimals() {
        said.push_str(" 쩜 ");
        said.push_str(&number::digits(decimal));
    }
    said
}
