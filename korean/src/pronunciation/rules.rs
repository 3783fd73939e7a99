//! The rules of standard pronunciation, for two syllables that meet.

use super::syllable::{NONE, Syllable};

/// Changes a word's syllables from spelling to sound.
pub(super) fn apply(syllables: &mut [Syllable]) {
    for at in 0..syllables.len() {
        let (head, tail) = syllables.split_at_mut(at + 1);
        let Some(left) = head.last_mut() else { continue };
        match tail.first_mut() {
            Some(right) => meet(left, right),
            None => left.last = neutral(left.last),
        }
    }
    for syllable in syllables {
        simplify_vowel(syllable);
    }
}

/// Tenses a bound noun behind a modifier that ends in ㄹ: 할 수 is 할 쑤.
pub(super) fn tense_after_modifier(before: Syllable, first: &mut Syllable, word: &str) {
    const NOUNS: [&str; 9] = ["것", "거", "게", "건", "수", "줄", "지", "데", "바"];
    // 물, 말 and the like are nouns; a modifier's ㄹ follows a verb's vowel. Only 수 and 것 are safe
    // to take for bound nouns whatever comes before.
    let bound = ["수 ", "수는", "수도", "수가", "수록", "것"];
    let alone = word == "수" || bound.iter().any(|noun| word.starts_with(noun));
    let modifier = before.last == 'ㄹ'
        && (alone
            || (NOUNS.contains(&word) && "할될갈올볼줄쓸둘날킬릴".contains(before.to_char())));
    if modifier {
        first.onset = tense(first.onset);
    }
}

/// Changes the end of one syllable and the beginning of the next.
fn meet(left: &mut Syllable, right: &mut Syllable) {
    if left.last == NONE {
        return;
    }
    if right.onset == 'ㅎ' && aspirate_backward(left, right) {
        return;
    }
    if right.onset == 'ㅇ' {
        link(left, right);
    } else if matches!(left.last, 'ㅎ' | 'ㄶ' | 'ㅀ') {
        aspirate_forward(left, right);
        assimilate(left, right);
    } else {
        harden(left, right);
        left.last = match (left.last, right.onset) {
            // A verb's ㄺ before ㄱ keeps its ㄹ: 맑게 is 말께.
            ('ㄺ', 'ㄲ') => 'ㄹ',
            // 밟다, alone of all verbs in ㄼ, keeps its ㅂ.
            ('ㄼ', _) if left.onset == 'ㅂ' && left.vowel == 'ㅏ' => 'ㅂ',
            (last, _) => neutral(last),
        };
        assimilate(left, right);
    }
}

/// Moves a final consonant to the vowel that follows it.
fn link(left: &mut Syllable, right: &mut Syllable) {
    let (stays, moves) = match left.last {
        'ㅇ' => return,
        // ㅎ is silent between vowels.
        'ㅎ' => (NONE, 'ㅇ'),
        'ㄶ' => (NONE, 'ㄴ'),
        'ㅀ' => (NONE, 'ㄹ'),
        'ㄳ' => ('ㄱ', 'ㅆ'),
        'ㄵ' => ('ㄴ', 'ㅈ'),
        'ㄺ' => ('ㄹ', 'ㄱ'),
        'ㄻ' => ('ㄹ', 'ㅁ'),
        'ㄼ' => ('ㄹ', 'ㅂ'),
        'ㄽ' => ('ㄹ', 'ㅆ'),
        'ㄾ' => ('ㄹ', 'ㅌ'),
        'ㄿ' => ('ㄹ', 'ㅍ'),
        'ㅄ' => ('ㅂ', 'ㅆ'),
        single => (NONE, single),
    };
    left.last = stays;
    right.onset = match (moves, right.vowel) {
        // 굳이, 같이, 붙여.
        ('ㄷ', 'ㅣ') => 'ㅈ',
        ('ㅌ', 'ㅣ' | 'ㅕ') => 'ㅊ',
        _ => moves,
    };
}

/// Joins an obstruent and a following ㅎ: 축하 is 추카. Returns whether it did.
fn aspirate_backward(left: &mut Syllable, right: &mut Syllable) -> bool {
    let (stays, joined) = match left.last {
        'ㄱ' | 'ㄲ' | 'ㅋ' => (NONE, 'ㅋ'),
        'ㄺ' => ('ㄹ', 'ㅋ'),
        // 닫히다, 굳혀: ㄷ and ㅎ meet in ㅌ, which ㅣ makes ㅊ.
        'ㄷ' if matches!(right.vowel, 'ㅣ' | 'ㅕ') => (NONE, 'ㅊ'),
        'ㄷ' | 'ㅅ' | 'ㅆ' | 'ㅊ' | 'ㅌ' => (NONE, 'ㅌ'),
        'ㅂ' | 'ㅍ' | 'ㅄ' => (NONE, 'ㅍ'),
        'ㄼ' => ('ㄹ', 'ㅍ'),
        'ㅈ' => (NONE, 'ㅊ'),
        'ㄵ' => ('ㄴ', 'ㅊ'),
        _ => return false,
    };
    left.last = stays;
    right.onset = joined;
    true
}

/// Joins ㅎ and a following consonant: 좋다 is 조타.
fn aspirate_forward(left: &mut Syllable, right: &mut Syllable) {
    let stays = match left.last {
        'ㄶ' => 'ㄴ',
        'ㅀ' => 'ㄹ',
        _ => NONE,
    };
    let joined = match right.onset {
        'ㄱ' => 'ㅋ',
        'ㄷ' => 'ㅌ',
        'ㅈ' => 'ㅊ',
        'ㅅ' => 'ㅆ',
        other => {
            // 넣는 is 넌는: what cannot be aspirated meets ㅎ as a ㄷ.
            left.last = if stays == NONE { 'ㄷ' } else { stays };
            right.onset = other;
            return;
        }
    };
    left.last = stays;
    right.onset = joined;
}

/// Tenses a plain consonant behind an obstruent: 학교 is 학꾜.
fn harden(left: &Syllable, right: &mut Syllable) {
    let obstruent = matches!(neutral(left.last), 'ㄱ' | 'ㄷ' | 'ㅂ');
    // Verbs in ㄵ, ㄼ, ㄾ: 앉다, 넓게, 핥지.
    let cluster = matches!(left.last, 'ㄵ' | 'ㄼ' | 'ㄾ');
    // Verbs in ㄻ; nouns in ㄻ, such as 삶, take other endings.
    let ending =
        left.last == 'ㄻ' && matches!(right.to_char(), '다' | '고' | '지' | '게' | '던' | '습');
    if obstruent || cluster || ending {
        right.onset = tense(right.onset);
    }
}

/// Likens a final consonant and a following ㄴ, ㅁ or ㄹ to each other.
fn assimilate(left: &mut Syllable, right: &mut Syllable) {
    match (left.last, right.onset) {
        ('ㄹ', 'ㄴ') | ('ㄴ', 'ㄹ') => {
            left.last = 'ㄹ';
            right.onset = 'ㄹ';
            return;
        }
        ('ㄱ' | 'ㄷ' | 'ㅂ' | 'ㅁ' | 'ㅇ', 'ㄹ') => right.onset = 'ㄴ',
        _ => {}
    }
    if matches!(right.onset, 'ㄴ' | 'ㅁ') {
        left.last = match left.last {
            'ㄱ' => 'ㅇ',
            'ㄷ' => 'ㄴ',
            'ㅂ' => 'ㅁ',
            last => last,
        };
    }
}

/// The seven sounds that a syllable may end in.
fn neutral(last: char) -> char {
    match last {
        'ㄲ' | 'ㅋ' | 'ㄳ' | 'ㄺ' => 'ㄱ',
        'ㅅ' | 'ㅆ' | 'ㅈ' | 'ㅊ' | 'ㅌ' | 'ㅎ' => 'ㄷ',
        'ㅍ' | 'ㅄ' | 'ㄿ' => 'ㅂ',
        'ㄵ' | 'ㄶ' => 'ㄴ',
        'ㄼ' | 'ㄽ' | 'ㄾ' | 'ㅀ' => 'ㄹ',
        'ㄻ' => 'ㅁ',
        last => last,
    }
}

fn tense(onset: char) -> char {
    match onset {
        'ㄱ' => 'ㄲ',
        'ㄷ' => 'ㄸ',
        'ㅂ' => 'ㅃ',
        'ㅅ' => 'ㅆ',
        'ㅈ' => 'ㅉ',
        onset => onset,
    }
}

fn simplify_vowel(syllable: &mut Syllable) {
    syllable.vowel = match (syllable.onset, syllable.vowel) {
        ('ㅇ', vowel) => vowel,
        (_, 'ㅢ') => 'ㅣ',
        ('ㅈ' | 'ㅉ' | 'ㅊ', 'ㅕ') => 'ㅓ',
        (_, vowel) => vowel,
    };
}
