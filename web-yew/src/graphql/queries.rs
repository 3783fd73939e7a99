//! What is read over HTTP.

use super::fragments::{
    Category, DateTime, Language, PageInfo, PostCard, PostStatus, StageKind, StageStatus,
    UsageUnit, Viewer, Visibility,
};
use super::subscriptions::{Money, Stage};
use super::{fragments, schema};

/// Who asks, and what blog this is: the first question of every visit.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query")]
pub(crate) struct Welcome {
    pub(crate) site: Site,
    pub(crate) viewer: Option<Viewer>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct Site {
    pub(crate) title: String,
    pub(crate) set_up: bool,
    pub(crate) sign_up_open: bool,
    pub(crate) search_available: bool,
}

/// What the account page shows of its owner.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query")]
pub(crate) struct Account {
    pub(crate) viewer: Option<AccountViewer>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Viewer")]
pub(crate) struct AccountViewer {
    pub(crate) user: Profile,
    pub(crate) sessions: Vec<Session>,
    pub(crate) access_tokens: Vec<AccessToken>,
    pub(crate) waiting_mails: Option<Vec<WaitingMail>>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "User")]
pub(crate) struct Profile {
    pub(crate) nickname: String,
    pub(crate) bio: String,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct Session {
    pub(crate) id: cynic::Id,
    pub(crate) client: Option<String>,
    pub(crate) created_at: DateTime,
    pub(crate) last_used_at: DateTime,
    pub(crate) current: bool,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct AccessToken {
    pub(crate) id: cynic::Id,
    pub(crate) name: String,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) last_used_at: Option<DateTime>,
    pub(crate) expires_at: DateTime,
}

/// What a token may be used for.
#[derive(cynic::Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scope {
    Read,
    Write,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct WaitingMail {
    pub(crate) id: cynic::Id,
    pub(crate) email: String,
    pub(crate) purpose: MailPurpose,
    pub(crate) expires_at: DateTime,
}

#[derive(cynic::Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MailPurpose {
    SignUp,
    PasswordReset,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct Page {
    pub(crate) first: i32,
    pub(crate) after: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct FeedVariables {
    pub(crate) first: i32,
    pub(crate) after: Option<String>,
    pub(crate) category: Option<Category>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query", variables = "FeedVariables")]
pub(crate) struct Feed {
    #[arguments(first: $first, after: $after, category: $category)]
    pub(crate) posts: PostCards,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "PostConnection")]
pub(crate) struct PostCards {
    pub(crate) nodes: Vec<PostCard>,
    pub(crate) page_info: PageInfo,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct TagVariables {
    pub(crate) name: String,
    pub(crate) first: i32,
    pub(crate) after: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query", variables = "TagVariables")]
pub(crate) struct TagPage {
    #[arguments(name: $name)]
    pub(crate) tag: Option<Tag>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(variables = "TagVariables")]
pub(crate) struct Tag {
    #[arguments(first: $first, after: $after)]
    pub(crate) posts: PostCards,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct PostVariables {
    pub(crate) by: PostBy,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) enum PostBy {
    Id(cynic::Id),
    Slug(String),
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query", variables = "PostVariables")]
pub(crate) struct PostPage {
    #[arguments(by: $by)]
    pub(crate) post: Option<Article>,
}

/// A post with all that its page shows.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Post")]
pub(crate) struct Article {
    pub(crate) id: cynic::Id,
    pub(crate) slug: Option<String>,
    pub(crate) title: String,
    pub(crate) html: String,
    pub(crate) headings: Vec<Heading>,
    pub(crate) tags: Vec<String>,
    pub(crate) author: fragments::Author,
    pub(crate) language: Language,
    pub(crate) published_at: Option<DateTime>,
    pub(crate) updated_at: DateTime,
    pub(crate) summary: Option<Summary>,
    pub(crate) speech: Option<Speech>,
    pub(crate) previous: Option<Neighbour>,
    pub(crate) next: Option<Neighbour>,
}

/// A post that was published before or after the one that is read.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Post")]
pub(crate) struct Neighbour {
    pub(crate) slug: Option<String>,
    pub(crate) title: String,
    pub(crate) language: Language,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct Heading {
    pub(crate) level: i32,
    pub(crate) text: String,
    pub(crate) anchor: String,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct Summary {
    pub(crate) sentences: Vec<String>,
    pub(crate) keywords: Vec<String>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct Speech {
    pub(crate) url: String,
    pub(crate) duration_ms: i32,
    pub(crate) marks: Vec<SpeechMark>,
}

/// When a sentence (numbered by `data-s` in the article) is spoken.
#[derive(cynic::QueryFragment, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SpeechMark {
    pub(crate) sentence: i32,
    pub(crate) start_ms: i32,
    pub(crate) end_ms: i32,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct SearchVariables {
    pub(crate) query: String,
    pub(crate) first: i32,
    pub(crate) after: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query", variables = "SearchVariables")]
pub(crate) struct Search {
    #[arguments(query: $query, first: $first, after: $after, asYouType: true)]
    pub(crate) search: SearchHits,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "SearchConnection")]
pub(crate) struct SearchHits {
    pub(crate) nodes: Vec<SearchHit>,
    pub(crate) page_info: PageInfo,
    pub(crate) total_count: i32,
    pub(crate) similar: bool,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct SearchHit {
    pub(crate) post: HitPost,
    pub(crate) title: Vec<TextPiece>,
    pub(crate) excerpt: Vec<TextPiece>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Post")]
pub(crate) struct HitPost {
    pub(crate) id: cynic::Id,
    pub(crate) slug: Option<String>,
    pub(crate) author: fragments::Author,
    pub(crate) published_at: Option<DateTime>,
    pub(crate) tags: Vec<String>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct TextPiece {
    pub(crate) text: String,
    pub(crate) matched: bool,
}

/// The viewer's own posts, drafts included.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query", variables = "Page")]
pub(crate) struct Studio {
    pub(crate) viewer: Option<StudioViewer>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Viewer", variables = "Page")]
pub(crate) struct StudioViewer {
    #[arguments(first: $first, after: $after)]
    pub(crate) posts: StudioPosts,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "PostConnection")]
pub(crate) struct StudioPosts {
    pub(crate) nodes: Vec<StudioPost>,
    pub(crate) page_info: PageInfo,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Post")]
pub(crate) struct StudioPost {
    pub(crate) id: cynic::Id,
    pub(crate) slug: Option<String>,
    pub(crate) status: PostStatus,
    pub(crate) visibility: Visibility,
    pub(crate) title: String,
    pub(crate) updated_at: DateTime,
    pub(crate) working_copy: Option<WorkingCopyCard>,
    pub(crate) stages: Option<Vec<ListedStage>>,
}

/// What has failed of all the viewer's pipelines.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query", variables = "Page")]
pub(crate) struct FailedStages {
    pub(crate) viewer: Option<FailedStagesViewer>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Viewer", variables = "Page")]
pub(crate) struct FailedStagesViewer {
    #[arguments(first: $first, after: $after)]
    pub(crate) failed_stages: StagePage,
}

/// What is held of all the viewer's pipelines.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query", variables = "Page")]
pub(crate) struct HeldStages {
    pub(crate) viewer: Option<HeldStagesViewer>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Viewer", variables = "Page")]
pub(crate) struct HeldStagesViewer {
    #[arguments(first: $first, after: $after)]
    pub(crate) held_stages: StagePage,
}

/// What the pipelines of all authors used.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query")]
pub(crate) struct Usage {
    pub(crate) viewer: Option<UsageViewer>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Viewer")]
pub(crate) struct UsageViewer {
    pub(crate) usage: Option<UsageOf>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "PipelineUsage")]
pub(crate) struct UsageOf {
    pub(crate) months: Vec<MonthUsage>,
    pub(crate) budgets: Budgets,
    pub(crate) held: Vec<HeldCount>,
}

/// What a month may use; none is no limit.
#[derive(cynic::QueryFragment, Clone, Copy, PartialEq, Debug)]
pub(crate) struct Budgets {
    pub(crate) speech_characters: Option<i32>,
    pub(crate) summary_tokens: Option<i32>,
}

impl Budgets {
    pub(crate) fn of(&self, kind: StageKind) -> Option<i32> {
        match kind {
            StageKind::Speech => self.speech_characters,
            StageKind::Summary => self.summary_tokens,
            StageKind::Search | StageKind::Image => None,
        }
    }
}

#[derive(cynic::QueryFragment, Clone, Copy, PartialEq, Debug)]
pub(crate) struct HeldCount {
    pub(crate) kind: StageKind,
    pub(crate) count: i32,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct MonthUsage {
    pub(crate) month: String,
    pub(crate) kinds: Vec<KindUsage>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct KindUsage {
    pub(crate) kind: StageKind,
    pub(crate) runs: i32,
    pub(crate) work_seconds: f64,
    pub(crate) unit: Option<UsageUnit>,
    pub(crate) units: i32,
    pub(crate) price: Option<Money>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "StageConnection")]
pub(crate) struct StagePage {
    pub(crate) nodes: Vec<Stage>,
    pub(crate) page_info: PageInfo,
}

/// A pipeline as it was when the list was asked for. The live board of all posts leaves out pictures
/// that are done.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Stage")]
pub(crate) struct ListedStage {
    pub(crate) id: cynic::Id,
    pub(crate) kind: StageKind,
    pub(crate) status: StageStatus,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "WorkingCopy")]
pub(crate) struct WorkingCopyCard {
    pub(crate) revision: i32,
    pub(crate) title: String,
    pub(crate) saved_at: DateTime,
    pub(crate) differs_from_published: bool,
}

/// The viewer's deleted posts, deleted last first.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query", variables = "Page")]
pub(crate) struct Deleted {
    pub(crate) viewer: Option<DeletedViewer>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Viewer", variables = "Page")]
pub(crate) struct DeletedViewer {
    #[arguments(first: $first, after: $after)]
    pub(crate) deleted_posts: DeletedPosts,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "PostConnection")]
pub(crate) struct DeletedPosts {
    pub(crate) nodes: Vec<DeletedPost>,
    pub(crate) page_info: PageInfo,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Post")]
pub(crate) struct DeletedPost {
    pub(crate) id: cynic::Id,
    pub(crate) title: String,
    pub(crate) deleted_at: Option<DateTime>,
    pub(crate) restorable_until: Option<DateTime>,
    pub(crate) working_copy: Option<WorkingCopyCard>,
}

/// The published revisions of a post that are kept.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query", variables = "PostVariables")]
pub(crate) struct PostHistory {
    #[arguments(by: $by)]
    pub(crate) post: Option<History>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Post")]
pub(crate) struct History {
    #[arguments(first: 50)]
    pub(crate) revisions: Option<Revisions>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "RevisionConnection")]
pub(crate) struct Revisions {
    pub(crate) nodes: Vec<Revision>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct Revision {
    pub(crate) revision: i32,
    /// None of revisions of before titles were kept.
    pub(crate) title: Option<String>,
    pub(crate) published_at: Option<DateTime>,
    pub(crate) latest: bool,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query", variables = "PostVariables")]
pub(crate) struct PostForEditor {
    #[arguments(by: $by)]
    pub(crate) post: Option<fragments::EditedPost>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct PreviewVariables {
    pub(crate) markdown: String,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Query", variables = "PreviewVariables")]
pub(crate) struct Preview {
    #[arguments(markdown: $markdown)]
    pub(crate) render_markdown: RenderedMarkdown,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct RenderedMarkdown {
    pub(crate) html: String,
    pub(crate) language: Language,
}
