//! Numbers in Korean text, written as they are said.

const DIGITS: [&str; 10] = ["영", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"];
const SMALL: [&str; 4] = ["", "십", "백", "천"];
const LARGE: [&str; 5] = ["", "만", "억", "조", "경"];
const NATIVE_ONES: [&str; 10] =
    ["", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉"];
const NATIVE_TENS: [&str; 10] =
    ["", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔"];

/// Things that are counted with native numbers. 개월, 번호 and the like are not.
const COUNTERS: [&str; 12] =
    ["개", "명", "번", "살", "가지", "마리", "시간", "줄", "군데", "사람", "달", "배"];
const NOT_COUNTERS: [&str; 5] = ["개월", "개년", "번호", "번지", "명령"];

/// Native numbers are used up to here.
const LARGEST_NATIVE: u64 = 99;

/// Writes all numbers of a text out, but those that belong to a Latin word (`utf8`, `x86`).
pub(crate) fn write_out(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let version = matches!(before, 'v' | 'V') && !written_word(&written);
        if c.is_ascii_digit() && (!before.is_ascii_alphanumeric() || version) {
            let length = number_length(rest);
            let (number, behind) = rest.split_at(length);
            if behind.starts_with(|c: char| c.is_ascii_alphabetic()) {
                written.push_str(number);
            } else {
                push_number(&mut written, number, behind);
            }
            before = '0';
            rest = behind;
            if let Some(behind) = rest.strip_prefix('%') {
                written.push_str("퍼센트");
                before = '%';
                rest = behind;
            }
        } else {
            written.push(c);
            before = c;
            rest = &rest[c.len_utf8()..];
        }
    }
    written
}

/// Whether the text ends in a word of more than one Latin letter.
fn written_word(text: &str) -> bool {
    text.chars().rev().take_while(char::is_ascii_alphanumeric).count() > 1
}

/// The bytes of the number that the text begins with: digits, with commas between threes, with points
/// between digits.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while digit(at) {
        at += 1;
        let threes = bytes.get(at) == Some(&b',')
            && digit(at + 1)
            && digit(at + 2)
            && digit(at + 3)
            && !digit(at + 4);
        let point = bytes.get(at) == Some(&b'.') && digit(at + 1);
        if threes || point {
            at += 1;
        }
    }
    at
}

fn push_number(written: &mut String, number: &str, behind: &str) {
    let mut parts = number.split('.');
    let whole = parts.next().unwrap_or_default().replace(',', "");
    let decimals: Vec<&str> = parts.collect();
    let value = whole.parse::<u64>().ok();
    let counted = decimals.is_empty() && counts(behind);
    match value {
        Some(value) if counted && (1..=LARGEST_NATIVE).contains(&value) => {
            push_native(written, value);
        }
        // Leading zeros and very long numbers are read digit by digit.
        Some(value) if whole == "0" || !whole.starts_with('0') => push_sino(written, value),
        _ => push_digits(written, &whole),
    }
    // A version has several points: 1.2.3. After each, digits are said one by one.
    for decimal in decimals {
        written.push_str(" 쩜 ");
        push_digits(written, decimal);
    }
}

fn counts(behind: &str) -> bool {
    let behind = behind.strip_prefix(' ').unwrap_or(behind);
    COUNTERS.iter().any(|counter| behind.starts_with(counter))
        && !NOT_COUNTERS.iter().any(|other| behind.starts_with(other))
}

fn push_digits(written: &mut String, digits: &str) {
    written.extend(digits.bytes().map(|digit| DIGITS[usize::from(digit.wrapping_sub(b'0') % 10)]));
}

fn push_native(written: &mut String, value: u64) {
    let (tens, ones) = ((value / 10 % 10) as usize, (value % 10) as usize);
    // 20 alone is 스무.
    written.push_str(if value == 20 { "스무" } else { NATIVE_TENS[tens] });
    written.push_str(NATIVE_ONES[ones]);
}

fn push_sino(written: &mut String, value: u64) {
    if value == 0 {
        written.push_str(DIGITS[0]);
        return;
    }
    for group in (0..LARGE.len()).rev() {
        let part = value / 10_000_u64.pow(group as u32) % 10_000;
        if part == 0 {
            continue;
        }
        // 10,000 is 만, not 일만.
        if !(part == 1 && group == 1 && value < 20_000) {
            push_group(written, part);
        }
        written.push_str(LARGE[group]);
    }
}

/// Up to four digits.
fn push_group(written: &mut String, part: u64) {
    for place in (0..SMALL.len()).rev() {
        let digit = (part / 10_u64.pow(place as u32) % 10) as usize;
        match (digit, place) {
            (0, _) => {}
            (1, 1..) => written.push_str(SMALL[place]),
            _ => {
                written.push_str(DIGITS[digit]);
                written.push_str(SMALL[place]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(write_out(text), expected);
    }

    #[test]
    fn whole_numbers_are_said_by_thousands_and_myriads() {
        check("0 1 10 11 100 1,234 2026년", "영 일 십 십일 백 천이백삼십사 이천이십육년");
        check("10000원 12345 100,000,000명", "만원 만이천삼백사십오 일억명");
        check("007", "영영칠");
    }

    #[test]
    fn points_are_said_and_digits_behind_them_one_by_one() {
        check("3.14는 1.5배", "삼 쩜 일사는 일 쩜 오배");
        check("버전 0.23.1.", "버전 영 쩜 이삼 쩜 일.");
        check("99.9%", "구십구 쩜 구퍼센트");
    }

    #[test]
    fn things_are_counted_with_native_numbers() {
        check("3개 20명 21번 2 가지 5시간", "세개 스무명 스물한번 두 가지 다섯시간");
        check("3개월 5번호 100개", "삼개월 오번호 백개");
    }

    #[test]
    fn digits_of_latin_words_stay() {
        check("utf8과 x86, HTTP2 v2.0 4KB", "utf8과 x86, HTTP2 v이 쩜 영 4KB");
    }
}
