//! Standard pronunciation: rewrites Korean as it sounds, for voices that read letter by letter.
//!
//! 좋습니다 becomes 조씀니다, 협력 becomes 혐녁. The rules are those of 표준 발음법 (liaison, palatalisation,
//! aspiration, tensing, nasalisation, lateralisation, neutralisation); they look at two syllables at a
//! time. Where the spelling does not tell (문법 is 문뻡, 방법 is 방법), small word lists do.

mod rules;
pub(crate) mod syllable;
mod words;

use syllable::Syllable;

/// Respells all Hangul of a text; everything else is kept as it is.
///
/// ```
/// # use korean::pronunciation::respell;
/// assert_eq!(respell("독립적인 값만 있습니다."), "동닙쩌긴 감만 읻씀니다.");
/// ```
pub fn respell(text: &str) -> String {
    let mut respelled = String::with_capacity(text.len());
    let mut word = String::new();
    let mut before = None;
    for c in text.chars() {
        if Syllable::of(c).is_some() {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            before = Some(push_word(&mut respelled, &word, before));
            word.clear();
        }
        // Only a single blank lets one word change the next.
        if c != ' ' {
            before = None;
        }
        respelled.push(c);
    }
    if !word.is_empty() {
        push_word(&mut respelled, &word, before);
    }
    respelled
}

/// Appends a word; returns its last syllable as written. `before` is that of the word before it.
fn push_word(respelled: &mut String, word: &str, before: Option<Syllable>) -> Syllable {
    let known = words::irregular(word);
    let mut syllables: Vec<Syllable> = known.chars().filter_map(Syllable::of).collect();
    if let (Some(before), Some(first)) = (before, syllables.first_mut()) {
        rules::tense_after_modifier(before, first, word);
    }
    let last = syllables.last().copied().unwrap_or_default();
    rules::apply(&mut syllables);
    respelled.extend(syllables.iter().map(|syllable| syllable.to_char()));
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pairs: &[(&str, &str)]) {
        for (written, spoken) in pairs {
            assert_eq!(respell(written), *spoken, "{written}");
        }
    }

    #[test]
    fn final_consonants_move_to_a_following_vowel() {
        check(&[
            ("소유권은", "소유꿔는"),
            ("옷이", "오시"),
            ("앉아", "안자"),
            ("값을", "갑쓸"),
            ("넓은", "널븐"),
            ("있어요", "이써요"),
            ("밖에", "바께"),
            ("읽어", "일거"),
            ("강아지", "강아지"),
            ("젊은이", "절므니"),
        ]);
    }

    #[test]
    fn finals_without_a_vowel_are_neutralised() {
        check(&[
            ("옷", "옫"),
            ("부엌", "부억"),
            ("앞", "압"),
            ("닭", "닥"),
            ("값", "갑"),
            ("삶", "삼"),
        ]);
        check(&[("여덟", "여덜"), ("꽃", "꼳"), ("외곬", "외골")]);
    }

    #[test]
    fn obstruents_are_nasalised_before_nasals() {
        check(&[
            ("합니다", "함니다"),
            ("국물", "궁물"),
            ("닫는", "단는"),
            ("앞문", "암문"),
            ("없는", "엄는"),
            ("작업량", "자검냥"),
            ("독립", "동닙"),
            ("협력", "혐녁"),
            ("심리", "심니"),
            ("종류", "종뉴"),
            ("읽는", "잉는"),
        ]);
    }

    #[test]
    fn n_becomes_l_beside_l() {
        check(&[
            ("관리", "괄리"),
            ("논리", "놀리"),
            ("신라", "실라"),
            ("칼날", "칼랄"),
            ("실내", "실래"),
            ("뚫는", "뚤른"),
            ("온라인", "온나인"),
            ("생산량", "생산냥"),
        ]);
    }

    #[test]
    fn h_aspirates_or_falls_silent() {
        check(&[
            ("좋다", "조타"),
            ("좋아요", "조아요"),
            ("좋습니다", "조씀니다"),
            ("많이", "마니"),
            ("않는", "안는"),
            ("싫어", "시러"),
            ("축하", "추카"),
            ("입학", "이팍"),
            ("못하다", "모타다"),
            ("밝히다", "발키다"),
            ("앉히다", "안치다"),
            ("넣는", "넌는"),
            ("잃고", "일코"),
        ]);
    }

    #[test]
    fn d_and_t_become_j_and_ch_before_i() {
        check(&[("굳이", "구지"), ("같이", "가치"), ("붙이다", "부치다"), ("닫히다", "다치다")]);
        check(&[("해돋이", "해도지"), ("붙여", "부처")]);
    }

    #[test]
    fn obstruents_tense_what_follows() {
        check(&[
            ("국밥", "국빱"),
            ("학교", "학꾜"),
            ("있다", "읻따"),
            ("값도", "갑또"),
            ("앉다", "안따"),
            ("넓게", "널께"),
            ("닮고", "담꼬"),
            ("맑게", "말께"),
            ("밟다", "밥따"),
            ("객체지향", "객체지향"),
        ]);
    }

    #[test]
    fn words_whose_spelling_does_not_tell_are_listed() {
        check(&[
            ("문법", "문뻡"),
            ("방법", "방법"),
            ("조건문", "조껀문"),
            ("함수를", "함쑤를"),
            ("설정", "설쩡"),
            ("결과", "결과"),
            ("글자", "글짜"),
            ("효율적", "효율쩍"),
            ("방문자", "방문자"),
            ("꽃잎", "꼰닙"),
            ("맛있는", "마신는"),
        ]);
    }

    #[test]
    fn a_modifier_tenses_the_noun_behind_it() {
        check(&[("할 수 있다", "할 쑤 읻따"), ("쓸 것이다", "쓸 꺼시다"), ("물 속도", "물 속또")]);
    }

    #[test]
    fn weak_vowels_are_written_as_they_are_said() {
        check(&[("희망", "히망"), ("무늬", "무니"), ("의미", "의미"), ("가져", "가저")]);
    }

    #[test]
    fn what_is_not_hangul_is_kept() {
        check(&[("독립적인 값만 있습니다.", "동닙쩌긴 감만 읻씀니다.")]);
        check(&[
            ("Rust의 async, 1.5!", "Rust의 async, 1.5!"),
            ("", ""),
            ("ㅋㅋ ㅠㅠ", "ㅋㅋ ㅠㅠ"),
        ]);
    }
}
