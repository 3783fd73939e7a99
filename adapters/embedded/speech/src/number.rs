//! Korean numerals.

const DIGITS: [&str; 10] = ["영", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"];
const SMALL: [&str; 4] = ["", "십", "백", "천"];
const LARGE: [&str; 5] = ["", "만", "억", "조", "경"];
const NATIVE_ONES: [&str; 10] =
    ["", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉"];
const NATIVE_TENS: [&str; 10] =
    ["", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔"];

/// Native numerals are used up to here.
pub(crate) const LARGEST_NATIVE: u64 = 99;

/// Sino-Korean: 삼백이십일. Leading zeros and very long numbers are read digit by digit.
pub(crate) fn sino(whole: &str) -> String {
    match whole.parse::<u64>() {
        Ok(0) if whole.len() == 1 => DIGITS[0].to_owned(),
        Ok(value) if !whole.starts_with('0') => sino_value(value),
        _ => digits(whole),
    }
}

/// Digit by digit.
pub(crate) fn digits(digits: &str) -> String {
    digits.bytes().map(|digit| DIGITS[usize::from(digit.wrapping_sub(b'0') % 10)]).collect()
}

/// A telephone's digits, where zero is 공.
pub(crate) fn telephone(group: &str) -> String {
    digits(group).replace('영', "공")
}

/// Native, as they stand before what they count: 세, 스무, 스물한. Up to [`LARGEST_NATIVE`].
pub(crate) fn native(value: u64) -> String {
    let (tens, ones) = ((value / 10 % 10) as usize, (value % 10) as usize);
    // 20 alone is 스무.
    let tens = if value == 20 { "스무" } else { NATIVE_TENS[tens] };
    format!("{tens}{}", NATIVE_ONES[ones])
}

pub(crate) fn sino_value(value: u64) -> String {
    if value == 0 {
        return DIGITS[0].to_owned();
    }
    let mut written = String::new();
    for group in (0..LARGE.len()).rev() {
        let part = value / 10_000_u64.pow(group as u32) % 10_000;
        if part == 0 {
            continue;
        }
        // 10,000 is 만, not 일만.
        if !(part == 1 && group == 1 && value < 20_000) {
            push_group(&mut written, part);
        }
        written.push_str(LARGE[group]);
    }
    written
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

    #[test]
    fn whole_numbers_are_said_by_thousands_and_myriads() {
        for (number, said) in [
            ("0", "영"),
            ("11", "십일"),
            ("1234", "천이백삼십사"),
            ("10000", "만"),
            ("12345", "만이천삼백사십오"),
            ("100000000", "일억"),
            ("007", "영영칠"),
            ("00", "영영"),
            ("99999999999999999999999", "구구구구구구구구구구구구구구구구구구구구구구구"),
        ] {
            assert_eq!(sino(number), said);
        }
    }

    #[test]
    fn native_numerals_stand_before_what_they_count() {
        let said: Vec<String> = [1, 3, 10, 20, 21, 99].into_iter().map(native).collect();
        assert_eq!(said, ["한", "세", "열", "스무", "스물한", "아흔아홉"]);
    }
}
