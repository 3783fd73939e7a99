//! Mutations: one input, one answer, which is a union of one success and the refusals that are
//! possible. Resolvers are three steps: read the input, call one action, shape the answer.

mod account;
mod budget;
mod idempotency;
mod key;
mod mail;
mod outcome;
mod post;
mod profile;
mod stage;
mod token;
mod upload;

use async_graphql::MergedObject;

use account::AccountMutations;
use budget::BudgetMutations;
use key::KeyMutations;
use mail::MailMutations;
use post::PostMutations;
use profile::ProfileMutations;
use stage::StageMutations;
use token::TokenMutations;
use upload::UploadMutations;

/// What can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutations,
    TokenMutations,
    KeyMutations,
    MailMutations,
    ProfileMutations,
    PostMutations,
    UploadMutations,
    StageMutations,
    BudgetMutations,
);
