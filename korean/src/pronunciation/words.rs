//! Words whose sound their spelling does not tell: tensing in compounds and Sino-Korean words, ㄴ that is
//! inserted or kept. Written so that the rules finish the work: 꽃닢 becomes 꼰닙.

/// Replaced wherever they stand in a word.
const ANYWHERE: [(&str, &str); 49] = [
    ("소유권", "소유꿘"),
    ("저작권", "저작꿘"),
    ("조건", "조껀"),
    ("문법", "문뻡"),
    ("헌법", "헌뻡"),
    ("설정", "설쩡"),
    ("결정", "결쩡"),
    ("결제", "결쩨"),
    ("발전", "발쩐"),
    ("발생", "발쌩"),
    ("절대", "절때"),
    ("실제", "실쩨"),
    ("실시", "실씨"),
    ("필수", "필쑤"),
    ("활성", "활썽"),
    ("출시", "출씨"),
    ("달성", "달썽"),
    ("물질", "물찔"),
    ("일정", "일쩡"),
    ("일시", "일씨"),
    ("갈등", "갈뜽"),
    ("설득", "설뜩"),
    ("철저", "철쩌"),
    ("밀접", "밀쩝"),
    ("열쇠", "열쐬"),
    ("글자", "글짜"),
    ("개수", "개쑤"),
    ("점수", "점쑤"),
    ("장점", "장쩜"),
    ("단점", "단쩜"),
    ("관점", "관쩜"),
    ("시점", "시쩜"),
    ("초점", "초쩜"),
    ("문제점", "문제쩜"),
    ("평가", "평까"),
    ("성격", "성껵"),
    ("율적", "율쩍"),
    ("질적", "질쩍"),
    ("발적", "발쩍"),
    ("온라인", "온나인"),
    ("다운로드", "다운노드"),
    ("인라인", "인나인"),
    ("생산량", "생산냥"),
    ("판단력", "판단녁"),
    ("꽃잎", "꽃닢"),
    ("담요", "담뇨"),
    ("솔잎", "솔닢"),
    ("색연필", "색년필"),
    ("식용유", "식용뉴"),
];

/// Replaced only where a word begins: inside others they are something else (방문자, 무인기).
const AT_START: [(&str, &str); 10] = [
    ("함수", "함쑤"),
    ("인수", "인쑤"),
    ("문자", "문짜"),
    ("사건", "사껀"),
    ("인기", "인끼"),
    ("한여름", "한녀름"),
    ("인자", "인짜"),
    ("눈동자", "눈똥자"),
    ("물결", "물껼"),
    ("손등", "손뜽"),
];

/// The word with its irregular parts written as they sound.
pub(super) fn irregular(word: &str) -> String {
    let mut word = word.to_owned();
    for (written, spoken) in AT_START {
        if let Some(rest) = word.strip_prefix(written) {
            word = format!("{spoken}{rest}");
            break;
        }
    }
    for (written, spoken) in ANYWHERE {
        if word.contains(written) {
            word = word.replace(written, spoken);
        }
    }
    word
}
