//! How well search finds what is meant: posts, queries, and which posts each should find.

use std::collections::BTreeSet;

use domain::PostId;

use crate::testing::{TestIndex, document};

const POSTS: &[(&str, &str, &[&str])] = &[
    /* 0 */
    (
        "형태소 분석기를 러스트로 만들기",
        "한국어 검색의 품질은 형태소 분석기가 정한다. mecab-ko-dic 사전을 메모리에 매핑하고 비터비 알고리즘으로 가장 싼 경로를 찾았다. 띄어쓰기가 틀린 문장도 제대로 나누어야 한다.",
        &["rust", "검색"],
    ),
    /* 1 */
    (
        "트랜잭션 격리 수준 정리",
        "데이터베이스의 격리 수준은 동시성과 정합성 사이의 균형이다. 팬텀 리드와 더티 리드를 예제로 살펴보았다. 교착 상태를 피하려면 잠금 순서를 지켜야 합니다.",
        &["데이터베이스"],
    ),
    /* 2 */
    (
        "웹소켓으로 실시간 알림 보내기",
        "서버가 클라이언트에게 먼저 말을 걸려면 웹소켓이 필요하다. 연결이 끊어지면 지수 백오프로 재시도했습니다. GraphQL 구독을 그 위에 얹었다.",
        &["graphql", "웹소켓"],
    ),
    /* 3 */
    (
        "웹어셈블리 번들 크기 줄이기",
        "Yew로 만든 페이지의 웹어셈블리 파일이 너무 컸다. wasm-opt와 brotli 압축으로 용량을 절반으로 줄였고, 첫 화면이 빨라졌습니다.",
        &["wasm", "rust"],
    ),
    /* 4 */
    (
        "데이터로더로 N+1 문제 풀기",
        "GraphQL 리졸버가 글마다 쿼리를 던지고 있었다. 데이터로더로 요청을 모아 한 번에 읽으니 응답 시간이 크게 줄었다.",
        &["graphql"],
    ),
    /* 5 */
    (
        "비동기 런타임은 어떻게 움직이는가",
        "퓨처는 스스로 움직이지 않는다. 실행기가 깨워 주어야 한다. tokio의 작업 훔치기 스케줄러를 살펴보고 직접 작은 런타임을 구현했다.",
        &["rust", "async"],
    ),
    /* 6 */
    (
        "소유권과 라이프타임을 다시 배우다",
        "빌림 검사기와 싸우지 않는 법을 배웠다. 소유권을 이해하면 메모리 누수와 데이터 경쟁을 컴파일러가 막아 준다.",
        &["rust"],
    ),
    /* 7 */
    (
        "무중단 배포를 위한 블루그린 전략",
        "배포할 때마다 서비스가 멈추면 안 된다. 쿠버네티스에서 파드를 교체하고 로드밸런서를 옮기는 방법을 소개한다.",
        &["배포", "쿠버네티스"],
    ),
    /* 8 */
    (
        "캐시 무효화는 왜 어려운가",
        "레디스에 저장한 값이 오래되면 잘못된 화면을 보여 준다. 만료 시간을 정하고 쓰기와 함께 지우는 규칙을 만들었습니다.",
        &["redis", "캐시"],
    ),
    /* 9 */
    (
        "이미지 리사이즈를 람다로 옮기며",
        "사용자가 올린 사진을 여러 크기의 WebP로 변환한다. 메모리 제한을 넘는 이미지는 거절하고, 썸네일은 본문 이미지에서 만든다.",
        &["aws", "이미지"],
    ),
    /* 10 */
    (
        "코드 리뷰 문화를 바꾼 작은 규칙",
        "풀리퀘스트는 작을수록 좋다. 리뷰어에게 맥락을 설명하고, 사소한 지적은 표시해 두었다. 팀의 속도가 오히려 빨라졌다.",
        &["문화"],
    ),
    /* 11 */
    (
        "정규식 없이 파서 작성하기",
        "정규 표현식은 읽기 어렵다. 손으로 쓴 재귀 하강 파서가 오류 메시지도 더 친절하다. 토큰을 하나씩 읽으며 구문 트리를 만든다.",
        &["파서"],
    ),
    /* 12 */
    (
        "테스트 커버리지에 속지 않기",
        "커버리지가 높아도 버그는 남는다. 속성 기반 테스트로 불변식을 검사하니 숨어 있던 오류를 찾았다. 단위 테스트는 동작을 문장으로 적는다.",
        &["테스트"],
    ),
    /* 13 */
    (
        "로그를 JSON으로 남기는 이유",
        "장애가 났을 때 로그를 검색하려면 구조가 있어야 한다. 요청 번호를 함께 남겨 워커까지 추적했다.",
        &["모니터링"],
    ),
    /* 14 */
    (
        "이벤트 소싱으로 주문 내역 다시 쌓기",
        "상태를 덮어쓰지 않고 사건을 쌓는다. 카프카에 발행한 이벤트를 다시 재생하면 언제든 과거를 볼 수 있다.",
        &["kafka", "설계"],
    ),
    /* 15 */
    (
        "Writing a Raft implementation in Rust",
        "Leader election is easy to get wrong. We replicate the log to followers and commit once a majority has acknowledged. Snapshots keep the log short.",
        &["rust", "distributed"],
    ),
    /* 16 */
    (
        "Understanding B-trees and LSM trees",
        "Databases store their indexes on disk. B-trees update in place; log structured merge trees write sorted runs and compact them later.",
        &["database"],
    ),
    /* 17 */
    (
        "Profiling memory allocations in C++",
        "Allocators matter. We traced every allocation, found a leaking cache and halved the resident memory of the service.",
        &["c++", "performance"],
    ),
    /* 18 */
    (
        "GraphQL subscriptions over WebSockets",
        "The graphql-transport-ws protocol defines close codes, pings and errors. A server must bound subscriptions per socket.",
        &["graphql"],
    ),
    /* 19 */
    (
        "Zero-downtime deployments on Kubernetes",
        "Rolling updates replace pods one by one. Readiness probes decide when traffic moves, and graceful shutdown drains connections.",
        &["kubernetes"],
    ),
    /* 20 */
    (
        "Full-text search with Tantivy",
        "An inverted index maps terms to posts. Stemming lets searching and searches meet. BM25 ranks what was found.",
        &["rust", "search"],
    ),
    /* 21 */
    (
        "음성 합성 파이프라인 구축기",
        "글을 문장으로 나누어 소리로 바꾼다. 바뀐 문장만 다시 합성하므로 비용이 적게 든다. 진행률은 실제로 말한 문장 수로 계산합니다.",
        &["tts"],
    ),
    /* 22 */
    (
        "세 줄 요약을 만드는 가장 단순한 방법",
        "문장 사이의 유사도로 그래프를 만들고 중요한 문장을 뽑는다. 거대한 언어 모델 없이도 쓸 만한 요약이 나왔다.",
        &["nlp"],
    ),
    /* 23 */
    (
        "도커 이미지를 가볍게 하는 다섯 가지 방법",
        "멀티 스테이지 빌드로 컴파일러를 빼고 정적 링크한 바이너리만 담았다. 레이어 캐시를 잘 쓰면 빌드도 빨라진다.",
        &["docker"],
    ),
    /* 24 */
    (
        "접근성을 지키는 다크 모드",
        "글자와 배경의 대비를 계산해 어두운 화면에서도 읽기 쉽게 했다. 화면 낭독기에서 버튼의 이름을 확인한다.",
        &["css", "접근성"],
    ),
    /* 25 */
    (
        "도메인 주도 설계 모임 후기",
        "애그리거트의 경계를 어디에 둘지 토론했다. 용어를 통일하니 회의가 짧아졌다. 헥사고날 아키텍처와도 잘 어울린다.",
        &["설계"],
    ),
    /* 26 */
    (
        "다이나모디비 단일 테이블 설계",
        "접근 패턴을 먼저 적고 키를 정한다. 조인 대신 항목을 함께 두고, 보조 인덱스는 드물게 쓴다. 조건부 쓰기로 충돌을 막는다.",
        &["aws", "dynamodb"],
    ),
];

/// Queries and the posts that a person would expect.
const QUERIES: &[(&str, &[usize])] = &[
    ("형태소 분석기", &[0]),
    ("형태소분석기", &[0]),
    ("한국어 검색", &[0]),
    ("띄어쓰기", &[0]),
    ("비터비", &[0]),
    ("격리 수준", &[1]),
    ("교착상태", &[1]),
    ("데이터베이스 격리수준", &[1]),
    ("잠금 순서", &[1]),
    ("웹소켓", &[2]),
    ("웹 소켓", &[2]),
    ("실시간 알림", &[2]),
    ("재시도하다", &[2]),
    ("구독", &[2]),
    ("웹어셈블리", &[3]),
    ("웹어셈", &[3]),
    ("용량을 줄이다", &[3]),
    ("압축", &[3]),
    ("데이터로더", &[4]),
    ("응답시간", &[4]),
    ("graphql 리졸버", &[4]),
    ("비동기 런타임", &[5]),
    ("스케줄러", &[5]),
    ("tokio", &[5]),
    ("소유권", &[6]),
    ("메모리 누수", &[6]),
    ("컴파일러가 막다", &[6]),
    ("무중단배포", &[7]),
    ("배포하다", &[7]),
    ("로드 밸런서", &[7]),
    ("캐시 무효화", &[8]),
    ("레디스", &[8]),
    ("만료시간", &[8]),
    ("이미지 변환", &[9]),
    ("썸네일", &[9]),
    ("사진을 올리다", &[9]),
    ("코드리뷰", &[10]),
    ("풀 리퀘스트", &[10]),
    ("정규표현식", &[11]),
    ("구문트리", &[11]),
    ("오류 메시지", &[11]),
    ("단위테스트", &[12]),
    ("속성 기반 테스트", &[12]),
    ("테스트 커버리지", &[12]),
    ("버그", &[12]),
    ("로그 검색", &[13]),
    ("장애 추적", &[13]),
    ("이벤트소싱", &[14]),
    ("카프카", &[14]),
    ("과거를 보다", &[14]),
    ("음성합성", &[21]),
    ("문장으로 나누다", &[0, 21]),
    ("세줄요약", &[22]),
    ("언어모델", &[22]),
    ("중요한 문장", &[22]),
    ("도커이미지", &[23]),
    ("정적링크", &[23]),
    ("다크모드", &[24]),
    ("읽기 쉽다", &[24]),
    ("도메인주도설계", &[25]),
    ("헥사고날", &[25]),
    ("단일테이블 설계", &[26]),
    ("보조인덱스", &[26]),
    ("조건부 쓰기", &[26]),
    ("빨라지다", &[3, 10, 23]),
    ("rust", &[0, 3, 5, 6, 15, 20]),
    ("leader election", &[15]),
    ("replicating logs", &[15]),
    ("database index", &[16]),
    ("b-tree", &[16]),
    ("memory leaks", &[17]),
    ("c++ allocator", &[17]),
    ("graphql subscription", &[18]),
    ("websocket", &[18]),
    ("close code", &[18]),
    ("zero downtime deployment", &[19]),
    ("kubernetes rolling update", &[19]),
    ("inverted index", &[20]),
    ("search ranking", &[20]),
    ("stemming", &[20]),
    ("tantivy", &[20]),
];

#[tokio::test]
async fn queries_find_what_a_person_expects() {
    let index = TestIndex::new();
    for ((title, body, tags), post) in POSTS.iter().zip(0..) {
        let mut document = document(post, 1, title, body);
        document.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        use domain::ports::SearchIndex;
        index.index.put(&document).await.unwrap();
    }
    let (mut recall, mut precision, mut first) = (0.0, 0.0, 0);
    let mut table = String::new();
    for (query, expected) in QUERIES {
        let found = index.posts(query).await;
        let wanted: BTreeSet<PostId> =
            expected.iter().map(|post| PostId::from_bits(*post as u128)).collect();
        let right = found.iter().filter(|post| wanted.contains(post)).count() as f64;
        let (r, p) = (
            right / wanted.len() as f64,
            if found.is_empty() { 0.0 } else { right / found.len() as f64 },
        );
        recall += r;
        precision += p;
        first += usize::from(found.first().is_some_and(|post| wanted.contains(post)));
        if r < 1.0 || p < 1.0 {
            let posts: Vec<usize> = (0..POSTS.len())
                .filter(|n| found.contains(&PostId::from_bits(*n as u128)))
                .collect();
            table += &format!(
                "recall {r:.2} precision {p:.2}  {query}: found {posts:?}, expected {expected:?}\n"
            );
        }
    }
    let n = QUERIES.len() as f64;
    let (recall, precision, first) = (recall / n, precision / n, first as f64 / n);
    eprintln!(
        "{table}{n} queries: recall {recall:.3}, precision {precision:.3}, right one first {first:.3}"
    );
    assert!(recall >= 0.95, "recall {recall:.3}\n{table}");
    assert!(precision >= 0.95, "precision {precision:.3}\n{table}");
    assert!(first >= 0.95, "right one first {first:.3}\n{table}");
}
