// What the suites publish: an article with all that an article has, and texts of any length.

/** A Korean article with code in two languages, a table, a list, a quotation and links. */
export const ARTICLE = `검색창에 "검색하다"를 넣었는데 "검색했습니다"가 나오지 않는다면, 그 검색은 한국어를 모르는 것이다. 이 글에서는 형태소 분석기를 직접 만들며 배운 것을 적는다. 사전은 mecab-ko-dic을 쓰고, 코드는 모두 Rust로 쓴다.

## 왜 형태소인가

한국어는 조사와 어미가 단어 뒤에 붙는다. 그래서 띄어쓰기로 자른 낱말은 사전에 없는 경우가 많다. 어제 우리는 문서 열 편을 색인하고 여러 방법으로 검색했습니다. 결과는 분명했다.

> 낱말을 자르는 일이 아니라, 낱말이 무엇이었는지 되찾는 일이다.

1. 사전에서 후보를 모두 찾는다.
2. 후보를 이어 격자를 만든다.
3. 비용이 가장 적은 길을 고른다.

## 격자와 비용

격자의 각 칸에는 \`surface\`, 품사, 그리고 비용이 있다. 이웃한 두 칸 사이에는 *연접 비용*이 있다. 비터비 알고리즘은 이 둘의 합이 가장 작은 길을 찾는다.

\`\`\`rust
/// 가장 비용이 적은 길을 뒤에서부터 따라간다.
fn best_path(lattice: &Lattice) -> Vec<Morpheme> {
    let mut path = Vec::new();
    let mut node = lattice.end();
    while let Some(previous) = node.previous {
        path.push(previous.morpheme.clone());
        node = previous;
    }
    path.reverse();
    path
}
\`\`\`

화면에서는 결과를 이렇게 그린다.

\`\`\`typescript
const hits = await search("형태소 분석기");
for (const { title, excerpt } of hits) console.log(title, excerpt);
\`\`\`

## 결과

| 방법 | 재현율 | 정밀도 |
|---|---:|---:|
| 바이그램 | 0.802 | 0.924 |
| 형태소 | **0.967** | 0.989 |

형태소로 색인하면 재현율이 크게 오른다. 정밀도는 거의 잃지 않는다. 다음 글에서는 복합 명사를 어떻게 나누는지 [이어서](https://example.com/next) 다룬다.
`;

/** A second article, in English. */
export const ENGLISH = `A write that the caller was told about must survive the next power cut. Everything else is a matter of taste. This note follows one transaction from the socket to the disk.

## The log comes first

The write-ahead log holds the new pages before the table does. A reader that starts later sees either all of the transaction or nothing of it.

\`\`\`sql
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
\`\`\`

## What it costs

One fsync for each commit, or one for a group of commits. Grouping them is the difference between a hundred and several thousand writes a second.
`;

/** A text that takes a voice a while: this many sentences, each different. */
export function longText(sentences) {
  const kinds = ["색인을 만드는", "문서를 나누는", "순위를 매기는", "결과를 합치는"];
  const all = Array.from(
    { length: sentences },
    (_, n) => `${n + 1}번째 실험에서는 ${kinds[n % kinds.length]} 방법을 조금씩 바꾸어 가며 걸린 시간을 재었다.`,
  );
  return all.map((sentence, n) => sentence + (n % 5 === 4 ? "\n\n" : " ")).join("");
}
