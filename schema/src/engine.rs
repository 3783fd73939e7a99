//! The schema that executes: the language, its parts, and what every request is given.

use std::any::TypeId;
use std::sync::Arc;

use async_graphql::{Request, Response, SDLExportOptions};

use crate::client::Client;
use crate::error::{code_all, valid_but_elsewhere};
use crate::loaders::Loaders;
use crate::mutations::Mutation;
use crate::once::once;
use crate::parts::Parts;
use crate::query::Query;
use crate::refusals::UserError;
use crate::subscription::Subscription;

type Language = async_graphql::Schema<Query, Mutation, Subscription>;

/// Answers queries and mutations. Cheap to clone.
#[derive(Clone)]
pub struct Schema {
    language: Language,
    parts: Arc<Parts>,
}

/// Makes the schema.
pub fn build(parts: Parts) -> Schema {
    let parts = Arc::new(parts);
    Schema { language: language().data(parts.clone()).finish(), parts }
}

/// The schema's description of itself, as `schema.graphql` holds it.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().prefer_single_line_descriptions().use_space_ident();
    language().finish().sdl_with_options(options)
}

fn language() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    async_graphql::Schema::build(Query, Mutation::default(), Subscription)
        .register_output_type::<UserError>()
}

impl Schema {
    /// Executes a query or a mutation. Who asks is the `Identity` in the request's data, a guest when
    /// there is none; its [`Client`] names the request in logs. Every error has a code.
    pub async fn execute(&self, request: Request) -> Response {
        let request_id =
            request.data.get(&TypeId::of::<Client>()).and_then(|data| data.downcast_ref());
        let loaders = self.loaders(request_id.map_or("-", |client: &Client| &client.request_id));
        let mut request = request.data(loaders);
        if let Err(refused) = once(&mut request) {
            return Response::from_errors(vec![refused]);
        }
        let mut response = self.language.execute(request).await;
        code_all(&mut response);
        response
    }

    /// Validates a subscription and executes nothing. An answer without errors means that it is valid.
    pub(crate) async fn validate_subscription(&self, request: Request) -> Response {
        let mut response = self.language.execute(request).await;
        response.errors.retain(|error| !valid_but_elsewhere(error));
        response
            .errors
            .retain(|error| !error.message.starts_with("Subscriptions are not supported"));
        response
    }

    /// The schema's description of itself.
    pub fn sdl(&self) -> String {
        sdl()
    }

    pub(crate) fn parts(&self) -> &Arc<Parts> {
        &self.parts
    }

    pub(crate) fn loaders(&self, request_id: &str) -> Loaders {
        Loaders::new(self.parts.blog.clone(), request_id.to_owned())
    }
}
