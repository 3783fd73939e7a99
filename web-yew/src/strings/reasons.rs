//! In Korean what the server says in English: why a pipeline failed, and what a field has to be.
//!
//! Known codes and fields only; whatever is missing here is shown in the server's own words.

use crate::graphql::fragments::StageKind;

/// Why a pipeline failed, by the stable code of its failure.
pub(super) fn of_stage(kind: StageKind, code: &str) -> Option<&'static str> {
    Some(match (code, kind) {
        ("NOT_INSTALLED", StageKind::Speech) => {
            "서버에 쓸 수 있는 음성(espeak-ng, AWS에서는 Polly)이 없습니다. espeak-ng를 설치하거나(데비안, 우분투: sudo apt-get install espeak-ng) Polly의 음성과 권한을 고친 뒤 ‘다시 하기’를 눌러 주세요."
        }
        ("NOT_INSTALLED", StageKind::Summary | StageKind::Search) => {
            "서버에 한국어 사전이 없습니다. cargo xtask setup으로 설치하고 서버를 다시 시작해 주세요."
        }
        ("NEVER_ARRIVED", _) => "사진이 제때 올라오지 않았습니다. 사진을 다시 넣어 주세요.",
        ("GONE", StageKind::Image) => "올린 사진 파일이 사라졌습니다. 사진을 다시 넣어 주세요.",
        ("GONE", _) => "글이 사라졌습니다.",
        ("BAD_IMAGE", _) => {
            "사진을 읽을 수 없습니다. 파일이 손상되었거나, 너무 크거나, JPEG·PNG·WebP·GIF가 아닙니다."
        }
        ("ENCODING", _) => "사진의 크기를 바꾸지 못했습니다.",
        ("NO_WORDS", _) => "소리 내어 읽을 말이 없는 글입니다.",
        ("REJECTED", StageKind::Summary) => "요약할 문장이 없는 글입니다.",
        ("UNUSABLE", _) => {
            "모델이 요약이 아닌 것을 답했습니다. 문장 수나 형식, 언어가 청한 것과 다릅니다. ‘다시 하기’를 누르면 다시 청합니다."
        }
        ("UNAVAILABLE", _) => "서버의 저장소가 잠시 답하지 않습니다.",
        ("STORAGE_FULL", _) => "서버의 저장 공간이 가득 찼습니다. 자리가 나면 다시 합니다.",
        ("DAMAGED", _) => "저장된 자료가 손상되었습니다. 서버의 기록을 확인해 주세요.",
        ("LOST", _) => "작업이 여러 번 잇달아 중간에 끊겼습니다. ‘다시 하기’를 눌러 주세요.",
        ("CRASHED", _) => "작업이 갑자기 멈추었습니다. 까닭은 서버의 기록에 있습니다.",
        ("FAILED", _) => "작업하지 못했습니다. 까닭은 서버의 기록에 있습니다.",
        _ => return None,
    })
}

/// What a field of the contract has to be, by the last step of its path.
pub(super) fn of_field(field: &str) -> Option<&'static str> {
    Some(match field {
        "title" => "제목은 100자까지 쓸 수 있고, 줄을 바꿀 수 없습니다.",
        "markdown" => {
            "본문은 200KB까지 쓸 수 있고, 사진은 직접 올린 것을 50장까지 보일 수 있습니다."
        }
        "tags" => "태그는 12개까지 달 수 있습니다. 하나에 30자까지이고 #은 쓸 수 없습니다.",
        "slug" => "주소는 80자까지 쓸 수 있고, 글자와 숫자, 그 사이의 붙임표로 이루어집니다.",
        "email" => "이메일 주소가 아니거나 이미 계정이 있는 주소입니다.",
        "nickname" => "필명은 2자부터 20자까지 쓸 수 있습니다.",
        "bio" => "소개는 160자까지 쓸 수 있습니다.",
        "name" => "토큰 이름은 1자부터 60자까지 쓸 수 있고, 토큰은 100개까지 가질 수 있습니다.",
        "scopes" => {
            "토큰에는 권한이 적어도 하나 있어야 하고, 지금 열쇠에 없는 권한은 줄 수 없습니다."
        }
        "expiresInDays" => "토큰은 1일부터 365일까지 쓸 수 있습니다.",
        "newPassword" | "password" => "비밀번호는 10자부터 200자까지 쓸 수 있습니다.",
        "contentType" => "JPEG, PNG, WebP, GIF 사진만 넣을 수 있습니다.",
        "length" => "사진 하나는 20MB까지 올릴 수 있고, 빈 파일은 올릴 수 없습니다.",
        "speechCharacters" | "summaryTokens" => {
            "예산은 0부터 쓸 수 있습니다. 비워 두면 한도가 없습니다."
        }
        "filename" => "파일 이름은 200자까지 쓸 수 있습니다.",
        "postId" => "글 하나에 사진을 50장까지 올릴 수 있습니다.",
        _ => return None,
    })
}
