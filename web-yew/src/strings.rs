//! Every text that people read, in Korean and English, side by side.
//!
//! To add one: a line in the table; a text with a number in it is a method below the table. What the
//! server explains by itself, in English, has its Korean in [`reasons`].

mod reasons;

use yew::prelude::*;

use crate::browser::{self, Moment};
use crate::graphql::client::Failure;
use crate::graphql::fragments::{
    Category, PostStatus, StageKind, StageStatus, UsageUnit, Visibility,
};
use crate::graphql::refusal::{ErrorCode, Refusal};
use crate::graphql::subscriptions::{Money, StageFailure, StageHold};

/// The language of the pages around the articles.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Language {
    #[default]
    Korean,
    English,
}

impl Language {
    const NAME: &'static str = "deepdive.language";

    /// What the reader chose before, else what the browser prefers.
    pub(crate) fn of_reader() -> Self {
        let chosen = browser::remembered(Self::NAME).or_else(browser::preferred_language);
        match chosen {
            Some(tag) if !tag.starts_with("ko") => Self::English,
            _ => Self::Korean,
        }
    }

    pub(crate) fn remember(self) {
        browser::remember(Self::NAME, self.tag());
    }

    /// As in the attribute `lang`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Korean => "ko",
            Self::English => "en",
        }
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Korean => Self::English,
            Self::English => Self::Korean,
        }
    }

    pub(crate) fn strings(self) -> &'static Strings {
        match self {
            Self::Korean => &KOREAN,
            Self::English => &ENGLISH,
        }
    }
}

/// The strings of the reader's language.
#[hook]
pub(crate) fn use_strings() -> &'static Strings {
    use_context::<Language>().unwrap_or_default().strings()
}

macro_rules! table {
    ($($name:ident: $korean:literal / $english:literal,)*) => {
        /// One language's texts.
        pub(crate) struct Strings {
            pub(crate) language: Language,
            $(pub(crate) $name: &'static str,)*
        }

        const KOREAN: Strings = Strings { language: Language::Korean, $($name: $korean,)* };
        const ENGLISH: Strings = Strings { language: Language::English, $($name: $english,)* };
    };
}

table! {
    skip_to_content: "본문으로 건너뛰기" / "Skip to content",
    site_navigation: "사이트" / "Site",
    home: "글" / "Posts",
    search: "검색" / "Search",
    studio: "작업실" / "Studio",
    sign_in: "로그인" / "Sign in",
    sign_out: "로그아웃" / "Sign out",
    other_language: "English" / "한국어",
    other_language_short: "EN" / "한",
    to_dark: "어둡게" / "Dark",
    to_light: "밝게" / "Light",
    footer: "천천히 읽는 기술 글" / "Technical writing, read slowly",

    loading: "불러오는 중…" / "Loading…",
    load_more: "더 보기" / "Load more",
    try_again: "다시 시도" / "Try again",
    unreachable: "서버에 닿지 않습니다. 연결을 확인하고 다시 시도해 주세요." / "The server cannot be reached. Check the connection and try again.",
    signed_out: "로그인이 필요합니다." / "Please sign in.",
    not_set_up: "이 블로그에 준비되지 않은 기능입니다." / "This part of the blog is not set up.",
    unreadable: "서버의 답을 읽을 수 없습니다. 페이지를 새로 고쳐 주세요." / "The server's answer could not be read. Please reload the page.",

    part_missing: "열지 못한 화면" / "This page did not open",
    part_missing_explained: "이 화면을 불러오지 못했습니다. 연결을 확인하고 다시 시도해 주세요. 그래도 안 되면 페이지를 새로 고쳐 주세요." / "It could not be loaded. Check the connection and try again; if that does not help, reload the page.",

    no_posts: "아직 발행된 글이 없습니다." / "Nothing has been published yet.",
    category: "분류" / "Category",
    category_all: "모두" / "All",
    category_posts: "글" / "Articles",
    category_post: "글" / "Article",
    category_learning: "배움" / "Learning",
    no_tagged_posts: "이 태그를 단 글이 없습니다." / "No post has this tag.",
    set_up_first: "주인 계정이 아직 없습니다. 서버가 출력한 설정 주소를 열어 주세요." / "There is no owner account yet. Open the set-up link that the server printed.",
    untitled: "제목 없음" / "Untitled",

    summary: "세 줄 요약" / "In three lines",
    listen: "듣기" / "Listen",
    pause: "멈춤" / "Pause",
    position: "듣는 곳" / "Position",
    speed: "빠르기" / "Speed",
    volume: "소리 크기" / "Volume",
    previous_sentence: "앞 문장" / "Previous sentence",
    next_sentence: "다음 문장" / "Next sentence",
    back_10: "10초 뒤로" / "Back 10 seconds",
    forward_10: "10초 앞으로" / "Forward 10 seconds",
    download_speech: "음성 내려받기" / "Download the speech",
    to_the_voice: "읽는 곳으로" / "To the spoken sentence",
    sound_failed: "소리를 불러오지 못했습니다. 페이지를 새로 고쳐 주세요." / "The sound could not be loaded. Please reload the page.",
    contents: "차례" / "Contents",
    neighbours: "이웃한 글" / "Neighbouring posts",
    previous_post: "이전 글" / "Previous post",
    next_post: "다음 글" / "Next post",
    copy: "복사" / "Copy",
    copy_code: "코드 복사" / "Copy the code",
    copy_section: "주소 복사" / "Copy the link",
    copy_link: "주소 복사" / "Copy link",
    copied: "복사했습니다" / "Copied",
    not_copied: "복사하지 못했습니다" / "Not copied",
    enlarge: "크게 보기" / "Enlarge",
    picture: "사진" / "Picture",
    close: "닫기" / "Close",
    to_top: "맨 위로" / "Back to top",
    edit_post: "이 글 고치기" / "Edit this post",
    tags: "태그" / "Tags",

    search_label: "찾을 말" / "Search for",
    no_search: "이 블로그에는 검색이 없습니다. 글 목록과 태그에서 찾아 주세요." / "This blog has no search. Look through its posts and their tags.",
    search_hint: "제목, 본문, 태그에서 찾습니다." / "Searches titles, texts and tags.",
    similar_found: "찾는 말이 든 글이 없어, 비슷한 말이 든 글을 보여 드립니다." / "None has the words you typed: these have similar ones.",
    nothing_found: "찾은 글이 없습니다. 다른 말로 찾아 보세요." / "Nothing was found. Try other words.",

    email: "이메일" / "E-mail",
    password: "비밀번호" / "Password",
    nickname: "필명" / "Pen name",
    working: "처리 중…" / "Working…",
    set_up: "시작하기" / "Set up",
    set_up_intro: "이 블로그의 주인 계정을 만듭니다. 이 주소는 한 번만 쓸 수 있습니다." / "Creates the account of this blog's owner. This address works once.",
    set_up_no_token: "설정 주소에 열쇠가 없습니다. 서버가 출력한 주소를 그대로 열어 주세요." / "The address lacks its key. Open the address exactly as the server printed it.",
    create_account: "계정 만들기" / "Create account",
    password_hint: "10자 이상. 길고 기억하기 쉬운 문장이 좋습니다." / "At least 10 characters. A long phrase that is easy to remember is best.",

    sign_up: "가입" / "Sign up",
    sign_up_intro: "주소로 보낸 편지의 링크를 열면 필명과 비밀번호를 정할 수 있습니다." / "We send a link to your address; behind it you choose a name and a password.",
    sign_up_closed: "지금은 가입을 받지 않습니다." / "Signing up is closed at the moment.",
    send_link: "링크 받기" / "Send me a link",
    check_mail: "편지함을 확인해 주세요." / "Check your mail.",
    check_mail_explained: "몇 분 안에 편지가 오지 않으면 스팸함을 보거나 다시 요청해 주세요. 이 블로그에 편지를 보낼 서버가 없다면 주인이 링크를 전해 줍니다." / "If nothing arrives within some minutes, look among the spam or ask again. Where the blog has no mail server, its owner passes the link on.",
    forgot: "비밀번호를 잊으셨나요?" / "Forgot the password?",
    forgot_title: "비밀번호 찾기" / "Forgotten password",
    forgot_intro: "계정의 이메일 주소를 쓰면 새 비밀번호를 정할 링크를 보냅니다." / "Write the address of your account, and we send a link to choose a new password.",
    confirm: "가입 마치기" / "Finish signing up",
    confirm_intro: "필명과 비밀번호를 정하면 가입이 끝납니다." / "Choose a name and a password, and you are in.",
    reset_title: "새 비밀번호" / "New password",
    reset_intro: "새 비밀번호를 정하면 다른 모든 기기와 접근 토큰의 연결이 끝납니다." / "Setting a new password signs you out everywhere and ends all access tokens.",
    reset_done: "새 비밀번호를 정했습니다. 이제 로그인해 주세요." / "The new password is set. Please sign in.",
    link_without_token: "주소에 열쇠가 없습니다. 편지의 링크를 그대로 열어 주세요." / "The address lacks its key. Open the link exactly as it stands in the mail.",
    set_password: "비밀번호 정하기" / "Set password",
    current_password: "지금 비밀번호" / "Present password",
    new_password: "새 비밀번호" / "New password",
    account: "계정" / "Account",
    profile: "프로필" / "Profile",
    bio: "소개" / "About you",
    bio_hint: "160자까지." / "At most 160 characters.",
    save: "저장" / "Save",
    change_password: "비밀번호 바꾸기" / "Change password",
    change_password_hint: "다른 기기에서는 로그아웃됩니다. 접근 토큰은 그대로 남습니다." / "Signs you out on other devices. Access tokens stay.",
    password_changed: "비밀번호를 바꾸었습니다." / "The password is changed.",
    sessions: "로그인한 곳" / "Where you are signed in",
    unknown_program: "알 수 없는 프로그램" / "An unknown program",
    this_session: "지금 이 브라우저" / "This browser",
    end_session: "로그아웃시키기" / "Sign out",
    end_other_sessions: "다른 곳에서 모두 로그아웃" / "Sign out everywhere else",
    access_tokens: "접근 토큰" / "Access tokens",
    access_tokens_intro: "프로그램이 당신의 이름으로 GraphQL API를 쓸 때의 열쇠입니다." / "Keys with which programs use the GraphQL API in your name.",
    no_tokens: "아직 토큰이 없습니다." / "There are no tokens yet.",
    token_name: "토큰 이름" / "Name of the token",
    token_days: "며칠 동안" / "Days it lasts",
    token_writes: "쓰기도 허용" / "May also write",
    create_token: "토큰 만들기" / "Create token",
    token_made: "토큰이 만들어졌습니다. 지금 한 번만 보입니다." / "The token is made. It is shown now, and never again.",
    revoke: "취소" / "Revoke",
    never_used: "쓴 적 없음" / "Never used",
    scope_read: "읽기" / "Read",
    scope_read_write: "읽기와 쓰기" / "Read and write",
    waiting_mails: "전해야 할 링크" / "Links to pass on",
    waiting_mails_intro: "편지 서버가 없거나 편지를 받지 않았습니다. 링크를 본인에게 전해 주세요." / "There is no mail server, or it did not take these mails. Pass the links on to the people themselves.",
    show_link: "링크 보기" / "Show link",
    mail_sign_up: "가입" / "Sign-up",
    mail_reset: "새 비밀번호" / "New password",

    my_posts: "내 글" / "My posts",
    new_post: "새 글" / "New post",
    no_own_posts: "아직 쓴 글이 없습니다. 새 글을 시작해 보세요." / "You have not written anything yet. Start a new post.",
    changes_not_published: "발행되지 않은 고침 있음" / "Unpublished changes",
    deleted_posts: "지운 글" / "Deleted posts",
    no_deleted_posts: "지운 글이 없습니다." / "There are no deleted posts.",
    deleted_explained: "지운 글은 7일 동안 되살릴 수 있습니다. 그 뒤에는 사진과 음성까지 모두 사라집니다." / "A deleted post can be restored for 7 days. Then it is gone, with its pictures and its audio.",
    restore: "되살리기" / "Restore",
    restored_now: "글을 되살렸습니다." / "The post is back.",
    back_to_posts: "내 글로" / "To my posts",

    for_authors: "작업실은 글쓴이만 쓸 수 있습니다." / "The studio is for authors.",

    editor: "편집" / "Editor",
    title: "제목" / "Title",
    tags_hint: "쉼표로 나눕니다. 열두 개까지." / "Separated by commas, twelve at most.",
    visibility: "공개 범위" / "Visibility",
    visibility_public: "모두에게 공개" / "Public",
    visibility_unlisted: "주소를 아는 사람만" / "Unlisted",
    visibility_private: "나만 보기" / "Private",
    markdown: "본문 (마크다운)" / "Text (Markdown)",
    preview: "미리보기" / "Preview",
    preview_empty: "쓰는 대로 여기에 보입니다." / "What you write appears here.",
    preview_failed: "미리보기를 새로 그리지 못했습니다." / "The preview could not be refreshed.",
    add_picture: "사진 넣기" / "Add a picture",
    drop_hint: "사진을 끌어 놓거나 붙여 넣어도 됩니다." / "Or drop or paste one into the text.",
    uploads: "올리는 사진" / "Uploads",
    preparing: "준비 중" / "Preparing",
    dismiss: "지우기" / "Dismiss",
    not_a_picture: "사진 파일만 넣을 수 있습니다." / "Only pictures can be added.",
    unreadable_file: "파일을 읽을 수 없습니다." / "The file could not be read.",
    upload_failed: "올리지 못했습니다. 다시 넣어 주세요." / "The upload failed. Please add it again.",
    insecure_page: "안전한 연결(https)에서만 사진을 올릴 수 있습니다." / "Pictures can be uploaded over a secure connection (https) only.",
    no_such_post: "이 글이 없거나 볼 수 없습니다." / "This post does not exist or is not yours.",

    saved: "저장됨" / "Saved",
    unsaved: "곧 저장합니다" / "Unsaved changes",
    saving: "저장 중…" / "Saving…",
    retrying: "저장하지 못해 다시 시도합니다. 글은 이 브라우저에 있습니다." / "Not saved yet, trying again. The text is kept in this browser.",
    save_refused: "저장하지 못했습니다" / "Not saved",
    save_signed_out: "로그인이 끝났습니다. 글은 이 브라우저에 있습니다." / "You are signed out. The text is kept in this browser.",
    not_kept: "이 브라우저가 글을 보관하지 못합니다. 저장될 때까지 창을 닫지 마세요." / "This browser cannot keep the text. Do not close the page until it is saved.",
    conflict: "다른 곳에서 이 글이 바뀌었습니다" / "This post was changed elsewhere",
    conflict_explained: "두 글 모두 남아 있습니다. 어느 쪽으로 이어 갈지 고르세요." / "Both texts are still here. Choose which one to go on with.",
    keep_mine: "내 글로 계속" / "Go on with mine",
    take_theirs: "저장된 글로 계속" / "Go on with the saved one",
    their_text: "저장된 글" / "The saved text",
    aside: "고르지 않은 글을 이 브라우저에 남겨 두었습니다." / "The text you did not choose is kept in this browser.",
    bring_back: "글 바꾸기" / "Swap the texts",

    publish: "발행" / "Publish",
    publish_again: "다시 발행" / "Publish again",
    unpublish: "발행 취소" / "Unpublish",
    publishing: "발행 중…" / "Publishing…",
    published_now: "발행했습니다." / "Published.",
    unpublished_now: "발행을 취소했습니다." / "Unpublished.",
    publish_unsaved: "먼저 저장되어야 발행할 수 있습니다." / "The text must be saved before it can be published.",
    needs_title: "제목을 써야 발행할 수 있습니다." / "A title is needed to publish.",
    needs_text: "본문을 써야 발행할 수 있습니다." / "A text is needed to publish.",
    change_unsaved: "먼저 저장되어야 할 수 있습니다." / "The text must be saved first.",
    delete: "글 지우기" / "Delete this post",
    deleting: "지우는 중…" / "Deleting…",
    delete_sure: "이 글을 지울까요?" / "Delete this post?",
    delete_explained: "글은 바로 아무에게도 보이지 않습니다. 7일 동안 '지운 글'에서 되살릴 수 있고, 그 뒤에는 사진과 음성까지 모두 사라집니다." / "Nobody will see it from now on. For 7 days you can restore it from your deleted posts; then it is gone, with its pictures and its audio.",
    delete_keep: "그대로 두기" / "Keep it",
    deleted_now: "글을 지웠습니다." / "Deleted.",
    post_is_deleted: "지운 글입니다. 되살려야 고칠 수 있습니다." / "This post is deleted. Restore it to go on writing.",
    history: "발행 기록" / "History",
    history_hint: "발행했던 글을 다시 불러옵니다. 발행하기 전에는 독자에게 보이지 않습니다." / "Brings a published text back into the editor. Readers see nothing of it until you publish.",
    history_empty: "아직 발행한 적이 없습니다." / "Nothing was published yet.",
    history_latest: "지금 발행된 글" / "Published last",
    history_untitled: "제목을 남기지 않은 때" / "From before titles were kept",
    bring_revision_back: "이 글 불러오기" / "Bring back",
    brought_back_now: "예전 글을 불러왔습니다. 아직 발행하지 않았습니다." / "The older text is back. It is not published yet.",
    read_it: "글 보기" / "Read it",
    status_draft: "초안" / "Draft",
    status_published: "발행됨" / "Published",
    status_unpublished: "발행 취소됨" / "Unpublished",

    board: "진행 상황" / "Progress",
    board_waiting: "상황을 물어보는 중…" / "Asking how things stand…",
    board_refused: "진행 상황을 볼 수 없습니다." / "The progress cannot be shown.",
    link_connecting: "연결 중" / "Connecting",
    link_live: "실시간" / "Live",
    link_lost: "연결이 끊겨 다시 잇는 중" / "Connection lost, reconnecting",
    link_signed_out: "로그인하면 다시 이어집니다" / "Goes on when you sign in",
    speech: "음성" / "Speech",
    summary_stage: "요약" / "Summary",
    search_stage: "검색" / "Search",
    images: "사진" / "Images",
    pending: "대기" / "Pending",
    held: "확인을 기다림" / "Waits for you",
    running: "진행 중" / "Running",
    waiting: "다른 곳에서 진행 중" / "Running elsewhere",
    waiting_for_upload: "사진이 올라오기를 기다림" / "Waiting for the upload",
    ready: "완료" / "Ready",
    skipped: "그대로" / "Unchanged",
    failed: "실패" / "Failed",
    none: "아직 없음" / "Not yet",
    retry: "다시 하기" / "Retry",
    pipelines: "파이프라인" / "Pipelines",
    confirm_held: "확인하고 진행" / "Confirm",
    usage: "사용량과 예산" / "Use and budgets",
    usage_again: "새로 보기" / "Refresh",
    usage_before: "지난달들" / "Months before",
    budgets: "한 달 예산" / "Monthly budgets",
    budgets_explained: "예산을 넘는 작업은 시작하지 않고 글쓴이의 확인을 기다립니다. 예산을 늘리거나 새 달이 되면, 들어맞는 작업은 저절로 이어집니다." / "What would exceed a budget does not begin, and waits for its author to confirm. When you raise it or a new month begins, what fits goes on by itself.",
    budget_speech: "음성 (글자)" / "Speech (characters)",
    budget_summary: "요약 (토큰)" / "Summaries (tokens)",
    no_limit: "한도 없음" / "No limit",
    not_a_limit: "0부터 20억까지의 수를 쓰거나 비워 두세요." / "A number from 0 to 2 billion, or nothing.",
    overdue: "늦어짐" / "Overdue",
    overdue_explained: "시작할 때가 지났는데 아무도 시작하지 않았습니다. 서버가 바쁘거나 작업이 멈추었습니다." / "It should have begun, and nobody began. The server is busy, or its workers stand still.",
    no_troubles: "실패했거나 늦어졌거나 확인을 기다리는 작업이 없습니다." / "Nothing has failed, nothing is late, and nothing waits for you.",

    not_found: "없는 페이지입니다" / "Page not found",
    not_found_explained: "주소가 바뀌었거나 글이 내려갔을 수 있습니다." / "The address may have changed, or the post was taken down.",
    go_home: "글 목록으로" / "To the posts",

    refused_link: "이 주소는 더 쓸 수 없습니다. 새로 받아 주세요." / "This link is not valid any more. Please ask for a new one.",
    refused_password: "지금 비밀번호가 맞지 않습니다." / "The present password is wrong.",
    refused_credentials: "이메일이나 비밀번호가 맞지 않습니다." / "The e-mail address or the password is wrong.",
    refused_attempts: "너무 여러 번 시도했습니다. 잠시 뒤에 다시 해 주세요." / "Too many attempts. Please wait a while.",
    refused_set_up: "이 블로그는 이미 설정되었거나 주소가 더는 쓸 수 없습니다." / "This blog is set up already, or the address is no longer valid.",
    refused_forbidden: "할 수 없는 일입니다." / "You are not allowed to do this.",
    refused_retry: "지금은 다시 할 수 없습니다." / "It cannot be retried now.",
    refused_held: "확인을 기다리는 작업이 아닙니다." / "Nothing of it waits for a confirmation.",
    refused_deleted: "지운 글입니다. 먼저 되살려 주세요." / "This post is deleted. Restore it first.",
    refused_slug: "다른 글이 이미 쓰고 있는 주소입니다." / "Another post has this address.",
    refused_key: "이 요청은 이미 처리되었습니다. 한 번 더 눌러 주세요." / "This request was answered before. Please press once more.",
}

impl Strings {
    pub(crate) fn failure(&self, failure: &Failure) -> String {
        match failure {
            Failure::Unreachable => self.unreachable.to_owned(),
            Failure::SignedOut => self.signed_out.to_owned(),
            Failure::NotSetUp => self.not_set_up.to_owned(),
            Failure::Server(message) => message.clone(),
            Failure::Unreadable(_) => self.unreadable.to_owned(),
        }
    }

    /// A refusal in the reader's language where it has one text, else in the server's words.
    pub(crate) fn refusal(&self, refusal: &Refusal) -> String {
        let known = match refusal.code {
            ErrorCode::InvalidCredentials => self.refused_credentials,
            ErrorCode::TooManyAttempts => self.refused_attempts,
            ErrorCode::AlreadySetUp => self.refused_set_up,
            ErrorCode::Forbidden => self.refused_forbidden,
            ErrorCode::Unauthenticated => self.signed_out,
            ErrorCode::NotFound => self.no_such_post,
            ErrorCode::NotRetryable => self.refused_retry,
            ErrorCode::NotHeld => self.refused_held,
            ErrorCode::LinkNotValid => self.refused_link,
            ErrorCode::SignUpClosed => self.sign_up_closed,
            ErrorCode::StaleRevision => self.conflict,
            ErrorCode::PostDeleted => self.refused_deleted,
            ErrorCode::SlugTaken => self.refused_slug,
            ErrorCode::IdempotencyKeyReused => self.refused_key,
            ErrorCode::Incomplete if refusal.field.as_deref() == Some("title") => self.needs_title,
            ErrorCode::Incomplete => self.needs_text,
            ErrorCode::InvalidInput => {
                let field = refusal.field.as_deref().unwrap_or_default();
                return self.told_or(reasons::of_field(field), &refusal.message);
            }
            // Not a code at all: an answer that this client is too old to read.
            ErrorCode::Other(ref code) if code.is_empty() => self.unreadable,
            ErrorCode::Other(_) => return refusal.message.clone(),
        };
        known.to_owned()
    }

    /// Why a pipeline failed, or waits for another try.
    pub(crate) fn stage_failure(&self, kind: StageKind, failure: &StageFailure) -> String {
        self.told_or(reasons::of_stage(kind, &failure.code), &failure.message)
    }

    /// The server explains itself in English, and more exactly than a code can.
    fn told_or(&self, korean: Option<&'static str>, english: &str) -> String {
        match (self.language, korean) {
            (Language::Korean, Some(korean)) => korean.to_owned(),
            _ => english.to_owned(),
        }
    }

    pub(crate) fn found(&self, n: i32) -> String {
        match self.language {
            Language::Korean => format!("글 {n}편을 찾았습니다."),
            Language::English if n == 1 => "1 post found.".to_owned(),
            Language::English => format!("{n} posts found."),
        }
    }

    /// How often a pipeline was tried.
    pub(crate) fn attempts(&self, n: i32) -> String {
        match self.language {
            Language::Korean => format!("{n}번 시도"),
            Language::English if n == 1 => "1 try".to_owned(),
            Language::English => format!("{n} tries"),
        }
    }

    pub(crate) fn retry_all(&self, n: usize) -> String {
        match self.language {
            Language::Korean => format!("{n}개 모두 다시 하기"),
            Language::English => format!("Retry all {n}"),
        }
    }

    /// That several pipelines are due again.
    pub(crate) fn tried_again(&self, n: usize) -> String {
        match self.language {
            Language::Korean => format!("작업 {n}개를 다시 합니다."),
            Language::English if n == 1 => "1 pipeline is tried again.".to_owned(),
            Language::English => format!("{n} pipelines are tried again."),
        }
    }

    pub(crate) fn confirm_all(&self, n: usize) -> String {
        match self.language {
            Language::Korean => format!("{n}개 모두 확인하고 진행"),
            Language::English => format!("Confirm all {n}"),
        }
    }

    /// That several held pipelines go on.
    pub(crate) fn confirmed(&self, n: usize) -> String {
        match self.language {
            Language::Korean => format!("작업 {n}개를 진행합니다."),
            Language::English if n == 1 => "1 pipeline goes on.".to_owned(),
            Language::English => format!("{n} pipelines go on."),
        }
    }

    /// Why a pipeline is held, what it would use, and what that would cost.
    pub(crate) fn hold(&self, kind: StageKind, hold: &StageHold) -> String {
        let amount = |n| hold.unit.map_or_else(|| grouped(n), |unit| self.amount(n, unit));
        let (used, needs) = (amount(hold.used), amount(hold.units));
        let price = match &hold.price {
            Some(Money { amount, currency }) => match self.language {
                Language::Korean => format!("({amount} {currency})"),
                Language::English => format!(" ({amount} {currency})"),
            },
            None => String::new(),
        };
        let Some(budget) = hold.budget.map(amount) else {
            return match self.language {
                Language::Korean => {
                    format!("블로그를 옮길 때 멈춘 작업입니다. 진행하면 {needs}{price}가 듭니다.")
                }
                Language::English => {
                    format!("This stopped when the blog moved here; it would take {needs}{price}.")
                }
            };
        };
        match self.language {
            Language::Korean => format!(
                "이번 달 {} 예산 {budget} 가운데 {used}를 썼고, 이 작업에는 {needs}{price}가 듭니다.",
                self.kind(kind)
            ),
            Language::English => format!(
                "{used} of this month's budget of {budget} are used; this would take {needs}{price}."
            ),
        }
    }

    /// So much of a unit.
    pub(crate) fn amount(&self, n: i32, unit: UsageUnit) -> String {
        let number = grouped(n);
        match (self.language, unit) {
            (Language::Korean, UsageUnit::Characters) => format!("{number}자"),
            (Language::Korean, UsageUnit::Tokens) => format!("토큰 {number}개"),
            (Language::English, UsageUnit::Characters) if n == 1 => "1 character".to_owned(),
            (Language::English, UsageUnit::Characters) => format!("{number} characters"),
            (Language::English, UsageUnit::Tokens) if n == 1 => "1 token".to_owned(),
            (Language::English, UsageUnit::Tokens) => format!("{number} tokens"),
            (_, UsageUnit::Kilobytes) => format!("{number} KB"),
        }
    }

    /// So much of so much.
    pub(crate) fn amount_of(&self, n: i32, of: i32, unit: UsageUnit) -> String {
        format!("{} / {}", grouped(n), self.amount(of, unit))
    }

    pub(crate) fn runs(&self, n: i32) -> String {
        let number = grouped(n);
        match self.language {
            Language::Korean => format!("{number}번"),
            Language::English if n == 1 => "1 run".to_owned(),
            Language::English => format!("{number} runs"),
        }
    }

    /// How long machines worked.
    pub(crate) fn work_time(&self, seconds: f64) -> String {
        let whole = seconds as u64;
        let (hours, minutes) = (whole / 3600, whole / 60 % 60);
        let (h, min, s) = match self.language {
            Language::Korean => ("시간", "분", "초"),
            Language::English => (" h", " min", " s"),
        };
        match (hours, minutes) {
            (0, 0) if seconds < 10.0 => format!("{seconds:.1}{s}"),
            (0, 0) => format!("{whole}{s}"),
            (0, minutes) => format!("{minutes}{min} {}{s}", whole % 60),
            (hours, minutes) => format!("{hours}{h} {minutes}{min}"),
        }
    }

    pub(crate) fn held_count(&self, n: i32) -> String {
        match self.language {
            Language::Korean => format!("확인을 기다림 {n}"),
            Language::English if n == 1 => "1 waits for a confirmation".to_owned(),
            Language::English => format!("{n} wait for a confirmation"),
        }
    }

    pub(crate) fn budget_of(&self, kind: &str) -> String {
        match self.language {
            Language::Korean => format!("{kind} 예산에서 쓴 만큼"),
            Language::English => format!("{kind}: used of the budget"),
        }
    }

    /// A calendar month, from `2026-11`.
    pub(crate) fn month(&self, month: &str) -> String {
        let Some((year, number)) = month.split_once('-') else { return month.to_owned() };
        let number: usize = number.parse().unwrap_or_default();
        match self.language {
            Language::Korean => format!("{year}년 {number}월"),
            Language::English => match number.checked_sub(1).and_then(|n| MONTHS.get(n)) {
                Some(name) => format!("{name} {year}"),
                None => month.to_owned(),
            },
        }
    }

    /// Which month is meant: the owner's clock may be in another one.
    pub(crate) fn usage_month(&self, month: &str) -> String {
        let month = self.month(month);
        match self.language {
            Language::Korean => format!("{month} (UTC), 모든 글쓴이"),
            Language::English => format!("{month} (UTC), of all authors"),
        }
    }

    /// What the link beside a heading is for.
    pub(crate) fn section_link(&self, heading: &str) -> String {
        match self.language {
            Language::Korean => format!("‘{heading}’ {}", self.copy_section),
            Language::English => format!("{} to ‘{heading}’", self.copy_section),
        }
    }

    /// A day, such as `2026년 11월 23일`; empty for a time that does not parse.
    pub(crate) fn day(&self, time: &str) -> String {
        let Some(Moment { year, month, day, .. }) = Moment::read(time) else {
            return String::new();
        };
        match self.language {
            Language::Korean => format!("{year}년 {month}월 {day}일"),
            Language::English => {
                let month = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
                format!("{day} {month} {year}")
            }
        }
    }

    /// A day with its time.
    pub(crate) fn moment(&self, time: &str) -> String {
        match Moment::read(time) {
            Some(moment) => {
                format!("{} {:02}:{:02}", self.day(time), moment.hour, moment.minute)
            }
            None => String::new(),
        }
    }

    pub(crate) fn last_used(&self, time: &str) -> String {
        let moment = self.moment(time);
        match self.language {
            Language::Korean => format!("마지막 사용 {moment}"),
            Language::English => format!("last used {moment}"),
        }
    }

    pub(crate) fn ends_on(&self, time: &str) -> String {
        let day = self.day(time);
        match self.language {
            Language::Korean => format!("{day}까지"),
            Language::English => format!("until {day}"),
        }
    }

    pub(crate) fn signed_in_on(&self, time: &str) -> String {
        let day = self.day(time);
        match self.language {
            Language::Korean => format!("{day} 로그인"),
            Language::English => format!("signed in on {day}"),
        }
    }

    /// How long a deleted post can still be restored.
    pub(crate) fn days_left(&self, days: u32) -> String {
        match (self.language, days) {
            (Language::Korean, 0) => "곧 사라집니다".to_owned(),
            (Language::Korean, days) => format!("{days}일 남음"),
            (Language::English, 0) => "about to be removed".to_owned(),
            (Language::English, 1) => "1 day left".to_owned(),
            (Language::English, days) => format!("{days} days left"),
        }
    }

    pub(crate) fn deleted_on(&self, time: &str) -> String {
        let day = self.day(time);
        match self.language {
            Language::Korean => format!("{day}에 지움"),
            Language::English => format!("Deleted on {day}"),
        }
    }

    /// A revision's number, as its button is told apart from the others.
    pub(crate) fn revision_of(&self, revision: i32) -> String {
        match self.language {
            Language::Korean => format!("고침 {revision}"),
            Language::English => format!("Revision {revision}"),
        }
    }

    pub(crate) fn try_again_at(&self, time: &str) -> String {
        let moment = self.moment(time);
        match self.language {
            Language::Korean => format!("{moment}에 다시 시도합니다"),
            Language::English => format!("tries again at {moment}"),
        }
    }

    pub(crate) fn kind(&self, kind: StageKind) -> &'static str {
        match kind {
            StageKind::Speech => self.speech,
            StageKind::Summary => self.summary_stage,
            StageKind::Search => self.search_stage,
            StageKind::Image => self.images,
        }
    }

    pub(crate) fn stage_status(
        &self,
        kind: StageKind,
        status: StageStatus,
        held: bool,
    ) -> &'static str {
        match status {
            StageStatus::Pending if held => self.held,
            // The only thing that a picture waits for.
            StageStatus::Waiting if kind == StageKind::Image => self.waiting_for_upload,
            StageStatus::Pending => self.pending,
            StageStatus::Running => self.running,
            StageStatus::Waiting => self.waiting,
            StageStatus::Ready => self.ready,
            StageStatus::Skipped => self.skipped,
            StageStatus::Failed => self.failed,
        }
    }

    pub(crate) fn post_status(&self, status: PostStatus) -> &'static str {
        match status {
            PostStatus::Draft => self.status_draft,
            PostStatus::Published => self.status_published,
            PostStatus::Unpublished => self.status_unpublished,
        }
    }

    pub(crate) fn category_of(&self, category: Category) -> &'static str {
        match category {
            Category::Post => self.category_post,
            Category::Learning => self.category_learning,
        }
    }

    /// The name of a category's list.
    pub(crate) fn category_list(&self, category: Category) -> &'static str {
        match category {
            Category::Post => self.category_posts,
            Category::Learning => self.category_learning,
        }
    }

    pub(crate) fn visibility_of(&self, visibility: Visibility) -> &'static str {
        match visibility {
            Visibility::Public => self.visibility_public,
            Visibility::Unlisted => self.visibility_unlisted,
            Visibility::Private => self.visibility_private,
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// With a comma between thousands.
fn grouped(n: i32) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = if n < 0 { "-".to_owned() } else { String::new() };
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_as_its_language_writes_it() {
        let time = "2026-11-03T09:05:00.000Z";

        assert_eq!(KOREAN.day(time), "2026년 11월 3일");
        assert_eq!(ENGLISH.day(time), "3 November 2026");
        assert_eq!(ENGLISH.moment(time), "3 November 2026 09:05");
    }

    #[test]
    fn what_is_held_tells_what_is_used_what_it_takes_and_what_that_costs() {
        let price = Money { amount: "0.0192".to_owned(), currency: "USD".to_owned() };
        let hold = StageHold {
            units: 1_200,
            unit: Some(UsageUnit::Characters),
            price: Some(price),
            used: 9_800,
            budget: Some(1_010_000),
        };
        assert_eq!(
            KOREAN.hold(StageKind::Speech, &hold),
            "이번 달 음성 예산 1,010,000자 가운데 9,800자를 썼고, 이 작업에는 1,200자(0.0192 USD)가 듭니다."
        );
        let moved = StageHold { used: 0, budget: None, ..hold.clone() };
        assert_eq!(
            KOREAN.hold(StageKind::Speech, &moved),
            "블로그를 옮길 때 멈춘 작업입니다. 진행하면 1,200자(0.0192 USD)가 듭니다."
        );
        assert_eq!(
            ENGLISH.hold(StageKind::Speech, &moved),
            "This stopped when the blog moved here; it would take 1,200 characters (0.0192 USD)."
        );
        let free = StageHold { price: None, unit: Some(UsageUnit::Tokens), ..hold };
        assert_eq!(
            ENGLISH.hold(StageKind::Summary, &free),
            "9,800 tokens of this month's budget of 1,010,000 tokens are used; this would take 1,200 \
             tokens."
        );
    }

    #[test]
    fn a_time_of_work_and_a_month_read_as_their_language_writes_them() {
        let told = [0.04, 9.96, 75.9, 7_322.0].map(|seconds| KOREAN.work_time(seconds));
        assert_eq!(told, ["0.0초", "10.0초", "1분 15초", "2시간 2분"]);
        assert_eq!(ENGLISH.work_time(75.9), "1 min 15 s");
        assert_eq!(
            (KOREAN.month("2026-03"), ENGLISH.month("2026-03")),
            ("2026년 3월".to_owned(), "March 2026".to_owned())
        );
        assert_eq!(ENGLISH.month("soon"), "soon");
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_time_that_does_not_parse_shows_nothing() {
        assert_eq!(KOREAN.day("soon"), "");
    }

    fn refusal(code: ErrorCode, field: Option<&str>) -> Refusal {
        let message = "in the server's words".to_owned();
        Refusal { code, message, field: field.map(str::to_owned) }
    }

    #[test]
    fn a_refused_field_is_explained_in_korean_and_in_the_words_of_the_server() {
        let refusal = refusal(ErrorCode::InvalidInput, Some("title"));

        assert!(KOREAN.refusal(&refusal).contains("100자"));
        assert_eq!(ENGLISH.refusal(&refusal), refusal.message);
    }

    #[test]
    fn a_refusal_without_a_text_of_ours_keeps_the_words_of_the_server() {
        for unknown in [
            refusal(ErrorCode::InvalidInput, Some("colour")),
            refusal(ErrorCode::InvalidInput, None),
            refusal(ErrorCode::Other("TEAPOT".to_owned()), None),
        ] {
            assert_eq!(KOREAN.refusal(&unknown), unknown.message);
        }
    }

    #[test]
    fn a_failure_is_explained_by_its_code_and_an_unknown_one_by_the_server() {
        let failure = |code: &str| StageFailure {
            code: code.to_owned(),
            message: "in the server's words".to_owned(),
            retry_at: None,
        };
        let told = |code| KOREAN.stage_failure(StageKind::Image, &failure(code));

        assert!(told("NEVER_ARRIVED").contains("다시 넣어"));
        assert_eq!(told("BOILED_OVER"), "in the server's words");
        assert_eq!(
            ENGLISH.stage_failure(StageKind::Image, &failure("NEVER_ARRIVED")),
            "in the server's words"
        );
    }

    #[test]
    fn a_picture_that_waits_waits_for_its_upload_and_a_voice_for_another_place() {
        let status = |kind| ENGLISH.stage_status(kind, StageStatus::Waiting, false);

        assert_eq!(status(StageKind::Image), "Waiting for the upload");
        assert_eq!(status(StageKind::Speech), "Running elsewhere");
    }
}
