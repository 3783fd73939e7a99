//! What people and workers do: each a file, named by verb and noun.
//!
//! An action reads once, decides by pure rules, and applies one change. When something changed between
//! the two it reads again and decides anew (`refusal::deciding`).

pub mod accept_upload;
pub mod ask_for_mail;
pub mod authenticate;
pub mod claim_stage;
pub mod confirm_stages;
pub mod create_access_token;
pub mod create_owner;
pub mod create_post;
pub mod delete_post;
pub mod deliver_mail;
pub mod finish_stage;
pub mod input;
pub mod let_held_go;
pub mod publish_post;
pub mod refusal;
pub mod release_stages;
pub mod report_progress;
pub mod request_upload;
pub mod reserve_budget;
pub mod restart_stage;
pub mod restore_post;
pub mod restore_revision;
pub mod retry_stage;
pub mod retry_stages;
pub mod revoke_key;
pub mod set_budgets;
pub mod sign_in;
pub mod unpublish_post;
pub mod update_post;
pub mod update_profile;
pub mod use_link;

mod attempts;
mod credentials;
mod keys;
mod named_images;
mod set_due;

pub use accept_upload::AcceptUpload;
pub use ask_for_mail::AskForMail;
pub use attempts::Visitor;
pub use authenticate::Authenticate;
pub use claim_stage::ClaimStage;
pub use confirm_stages::ConfirmStages;
pub use create_access_token::{CreateAccessToken, SocketTicket, Token, TokenInput};
pub use create_owner::{CreateOwner, CreateUser, OwnerInput};
pub use create_post::CreatePost;
pub use delete_post::DeletePost;
pub use deliver_mail::{DeliverMail, RevealLink};
pub use finish_stage::FinishStage;
pub use input::PostInput;
pub use keys::NewKey;
pub use let_held_go::LetHeldGo;
pub use publish_post::PublishPost;
pub use refusal::{ActionError, IdempotencyKey, Refusal};
pub use release_stages::ReleaseStages;
pub use report_progress::ReportProgress;
pub use request_upload::{RequestUpload, UploadInput};
pub use reserve_budget::{Reservation, ReserveBudget};
pub use restart_stage::RestartStage;
pub use restore_post::RestorePost;
pub use restore_revision::RestoreRevision;
pub use retry_stage::RetryStage;
pub use retry_stages::{MOST_RETRIES, RetryStages};
pub use revoke_key::RevokeKey;
pub use set_budgets::{BudgetsInput, SetBudgets};
pub use sign_in::{SignIn, SignOut, SignedIn};
pub use unpublish_post::UnpublishPost;
pub use update_post::UpdatePost;
pub use update_profile::{ChangePassword, ProfileInput, SetPassword, SetRole, UpdateProfile};
pub use use_link::{ConfirmInput, UseLink};
