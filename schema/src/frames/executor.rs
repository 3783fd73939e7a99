//! What the sockets call: operations in, frames out.

use std::sync::Arc;

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Request, Response, ServerError, Variables};
use domain::UserId;
use domain::account::{Identity, Role, Scope};
use domain::event::StageFacts;
use domain::stage::{StageId, Subject};
use realtime::{
    Change, Epoch, Executor, Opening, Payload, Plan, Position, Prepared, RenderFailed, Seq, Tag,
    Topic,
};
use tokio::time::Instant;

use crate::budget::{Budget, Drawer, RATE_LIMITED};
use crate::client::Client;
use crate::engine::Schema;
use crate::error::{Code, code_all};
use crate::frames::log::{read_event, read_progress, topic_of};
use crate::frames::operation::{Candidate, Operation, Watched};
use crate::frames::root::{self, Moment, Subscribed};
use crate::guard::{Checked, Guard};
use crate::parts::Parts;
use crate::types::enums::FrameKind;
use crate::types::frame::PipelineFrame;
use crate::types::post::board_assets;
use crate::viewer::ViewerAccess;

/// Executes what comes over sockets.
pub struct SocketExecutor {
    schema: Schema,
    guard: Arc<Guard>,
    budget: Arc<Budget>,
    frames: root::Language,
}

/// Who holds a socket.
#[derive(Clone, Debug)]
pub struct SocketViewer {
    /// Who was let in; none for a guest.
    pub identity: Option<Identity>,
    /// The other end.
    pub client: Client,
}

/// What decides, beside the operation, how a frame looks. Topics are their authors' own, so that all
/// who follow one own its subject.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Class {
    role: Role,
    scopes: Vec<Scope>,
    /// Only when the document selects a field that reads the viewer.
    viewer: Option<UserId>,
}

impl SocketExecutor {
    /// Executes with the schema what the guard lets pass and the client's budget pays for. The frames of
    /// a subscription cost nothing: they come when something happens, not when somebody asks.
    pub fn new(schema: Schema, guard: Arc<Guard>, budget: Arc<Budget>) -> Self {
        let frames = root::language(schema.parts().clone());
        SocketExecutor { schema, guard, budget, frames }
    }

    /// Validates a subscription as any document of the public schema.
    async fn validate(&self, request: Request) -> Result<(), Vec<ServerError>> {
        let mut response = self.schema.validate_subscription(request).await;
        if response.errors.is_empty() {
            return Ok(());
        }
        code_all(&mut response);
        Err(response.errors)
    }

    /// Executes an operation for one moment.
    async fn execute(
        &self,
        document: &ExecutableDocument,
        variables: &Variables,
        moment: Arc<Moment>,
        eyes: Eyes<'_>,
    ) -> Response {
        let mut request = Request::new("").variables(variables.clone()).data(moment);
        request.set_parsed_query(document.clone());
        let request_id = match eyes {
            Eyes::Of(viewer) => {
                if let Some(identity) = &viewer.identity {
                    request = request.data(identity.clone());
                }
                request = request.data(viewer.client.clone());
                viewer.client.request_id.as_str()
            }
            Eyes::OfClass(class, topic) => {
                request = match &class.viewer {
                    Some(user) => request.data(class_identity(class, user)),
                    None => request.data(ViewerAccess::Shared),
                };
                topic.as_str()
            }
        };
        request = request.data(self.schema.loaders(request_id));
        let mut response = self.frames.execute(request).await;
        code_all(&mut response);
        response
    }

    /// Reads a request, and has the guard look at its document.
    fn check(&self, request: realtime::Request) -> Result<Asked, Payload> {
        let realtime::Request { query, operation_name, variables, last_event_id, .. } = request;
        let Some(source) = query else {
            let error = Code::BadUserInput.server_error("the request has no document");
            return Err(errors(&[error]));
        };
        let variables = Variables::from_json(serde_json::Value::Object(variables));
        let checked = self
            .guard
            .check(&source, operation_name.as_deref(), &variables)
            .map_err(|refusal| Payload::error(&refusal.message, refusal.code.as_str()))?;
        Ok(Asked { source, operation_name, variables, last_event_id, checked })
    }

    async fn subscribe(
        &self,
        asked: Asked,
        viewer: &SocketViewer,
    ) -> Result<Plan<Operation>, Vec<ServerError>> {
        let Asked { source, operation_name, variables, last_event_id, checked } = asked;
        let document = checked.document;
        let mut request = Request::new(source.clone()).variables(variables.clone());
        request.operation_name.clone_from(&operation_name);
        request.set_parsed_query(document.clone());
        self.validate(request).await?;
        let candidate = Candidate::of(document, operation_name.as_deref())
            .map_err(|message| vec![Code::ValidationFailed.server_error(message)])?;

        let moment = Arc::new(Moment::Subscribe(Default::default()));
        let eyes = Eyes::Of(viewer);
        let response = self.execute(&candidate.document, &variables, moment.clone(), eyes).await;
        let word = match &*moment {
            Moment::Subscribe(word) => word.lock().take(),
            Moment::Snapshot(..) | Moment::Given(_) => None,
        };
        let Some(Subscribed { author, watched, after }) = word else {
            return Err(response.errors);
        };
        let after = match last_event_id {
            None => after,
            Some(cursor) => {
                let seen = self.parts().signer.verify_event(&cursor);
                let forged = |_| {
                    let message = "`Last-Event-ID` is no cursor of a subscription";
                    vec![Code::BadCursor.server_error(message)]
                };
                Some(seen.map_err(forged)?)
            }
        };
        let group = candidate.group(&source, operation_name.as_deref(), &variables);
        let Candidate { document, reads_viewer, .. } = candidate;
        let operation =
            Operation { document: Arc::new(document), variables, watched, reads_viewer };
        let after = after.map(|after| Position {
            topic: Topic::new(after.topic),
            epoch: Epoch::new(after.epoch),
            seq: Seq(after.seq),
            tag: Tag::new(after.tag),
        });
        Ok(Plan { topic: topic_of(&author), group, after, operation: Arc::new(operation) })
    }

    /// The part of a change that an operation shows. An image may stand on the board of a post that it
    /// was not uploaded for; only then the post must be read.
    async fn shown(
        &self,
        watched: &Watched,
        stages: Vec<StageFacts>,
    ) -> Result<Vec<StageFacts>, RenderFailed> {
        let (mut shown, others): (Vec<_>, Vec<_>) =
            stages.into_iter().partition(|facts| watched.shows(facts));
        let image = |facts: &StageFacts| matches!(facts.id.subject, Subject::Asset(_));
        if let Watched::Post(post) = watched
            && others.iter().any(image)
        {
            let key = store::EntityKey::Post(post.clone());
            let mut rows = self
                .parts()
                .blog
                .entities(std::slice::from_ref(&key))
                .await
                .map_err(|error| RenderFailed(Box::new(error)))?;
            if let Some(store::Entity::Post(post)) = rows.remove(&key) {
                let assets = board_assets(&post);
                let on_board = |id: &StageId| match &id.subject {
                    Subject::Asset(asset) => assets.contains(asset),
                    Subject::Post(_) => false,
                };
                shown.extend(others.into_iter().filter(|facts| on_board(&facts.id)));
            }
        }
        Ok(shown)
    }

    /// The frame of a change, if it concerns the operation.
    async fn frame_of(
        &self,
        watched: &Watched,
        change: &Change,
    ) -> Result<Option<PipelineFrame>, RenderFailed> {
        let unreadable = |error: serde_json::Error| RenderFailed(Box::new(error));
        match change {
            Change::Event { at, payload } => {
                let event = read_event(payload).map_err(unreadable)?;
                let of_post = match watched {
                    Watched::All => true,
                    Watched::Post(post) => event.post == *post,
                };
                let stages = self.shown(watched, event.stages).await?;
                if stages.is_empty() && !of_post {
                    return Ok(None);
                }
                let frame = root::frame(self.parts(), FrameKind::Event, at, stages);
                Ok(Some(PipelineFrame { at: event.at, ..frame }))
            }
            Change::Progress { at, payload } => {
                let stages = read_progress(payload).map_err(unreadable)?;
                let stages = self.shown(watched, stages).await?;
                let frame = || root::frame(self.parts(), FrameKind::Progress, at, stages.clone());
                Ok((!stages.is_empty()).then(frame))
            }
        }
    }

    fn parts(&self) -> &Parts {
        self.schema.parts()
    }
}

/// A request that the guard let pass.
struct Asked {
    source: String,
    operation_name: Option<String>,
    variables: Variables,
    last_event_id: Option<String>,
    checked: Checked,
}

/// Whose eyes an operation is executed for.
enum Eyes<'a> {
    Of(&'a SocketViewer),
    OfClass(&'a Class, &'a Topic),
}

/// What a class knows of its viewer: no key, and no end, which the socket watches.
fn class_identity(class: &Class, user: &UserId) -> Identity {
    Identity {
        user: user.clone(),
        role: class.role,
        scopes: class.scopes.clone(),
        key: String::new(),
        expires_at: domain::Timestamp(i64::MAX),
    }
}

#[async_trait::async_trait]
impl Executor for SocketExecutor {
    type Viewer = SocketViewer;
    type Operation = Operation;
    type Class = Class;

    #[tracing::instrument(name = "socket.operation", skip_all, fields(request.id = viewer.client.request_id))]
    async fn prepare(
        &self,
        request: realtime::Request,
        viewer: &Arc<SocketViewer>,
    ) -> Prepared<Operation> {
        let asked = match self.check(request) {
            Ok(asked) => asked,
            Err(refused) => return Prepared::Refused(refused),
        };
        let drawer = Drawer::of(&viewer.client, viewer.identity.as_ref());
        if let Err(exhausted) = self.budget.draw(&drawer, asked.checked.cost, Instant::now()) {
            return Prepared::Refused(Payload::error(&exhausted.to_string(), RATE_LIMITED));
        }
        if asked.checked.operation_type == OperationType::Subscription {
            return match self.subscribe(asked, viewer).await {
                Ok(plan) => Prepared::Subscription(plan),
                Err(refused) => Prepared::Refused(errors(&refused)),
            };
        }
        let Asked { source, operation_name, variables, checked, .. } = asked;
        let mut request = Request::new(source).variables(variables).data(viewer.client.clone());
        request.operation_name = operation_name;
        request.set_parsed_query(checked.document);
        if let Some(identity) = &viewer.identity {
            request = request.data(identity.clone());
        }
        let response = self.schema.execute(request).await;
        // Nothing of it was executed when there is an error without a path: it is no response then.
        if response.errors.iter().any(|error| error.path.is_empty()) {
            return Prepared::Refused(errors(&response.errors));
        }
        Prepared::Response(Payload::from_json(text(&response)))
    }

    async fn restore(
        &self,
        request: realtime::Request,
        viewer: &Arc<SocketViewer>,
    ) -> Result<Plan<Operation>, Payload> {
        let asked = self.check(request)?;
        self.subscribe(asked, viewer).await.map_err(|refused| errors(&refused))
    }

    async fn open(
        &self,
        operation: &Operation,
        viewer: &Arc<SocketViewer>,
        opening: &Opening,
    ) -> Result<Payload, Payload> {
        let (moment, at) = match opening {
            Opening::Snapshot { at, gap } => (Moment::Snapshot(at.clone(), *gap), at),
            Opening::Resumed { at } => {
                let frame = root::frame(self.parts(), FrameKind::Resumed, at, vec![]);
                (Moment::Given(frame), at)
            }
        };
        let (document, variables) = (&operation.document, &operation.variables);
        let response = self.execute(document, variables, Arc::new(moment), Eyes::Of(viewer)).await;
        if response.data == async_graphql::Value::Null {
            return Err(errors(&response.errors));
        }
        Ok(Payload::of_frame(text(&response), root::cursor(self.parts(), at)))
    }

    fn class(&self, operation: &Operation, viewer: &SocketViewer) -> Option<Class> {
        let identity = viewer.identity.as_ref().filter(|identity| identity.reads())?;
        if identity.expires_at <= self.parts().clock.now() {
            return None;
        }
        Some(Class {
            role: identity.role,
            scopes: identity.scopes.clone(),
            viewer: operation.reads_viewer.then(|| identity.user.clone()),
        })
    }

    async fn render(
        &self,
        operation: &Operation,
        class: &Class,
        change: &Change,
    ) -> Result<Option<Payload>, RenderFailed> {
        let Some(frame) = self.frame_of(&operation.watched, change).await? else {
            return Ok(None);
        };
        let (Change::Event { at, .. } | Change::Progress { at, .. }) = change;
        let eyes = Eyes::OfClass(class, &at.topic);
        let cursor = frame.cursor.clone();
        let moment = Arc::new(Moment::Given(frame));
        let (document, variables) = (&operation.document, &operation.variables);
        let response = self.execute(document, variables, moment, eyes).await;
        match response.errors.first() {
            None => Ok(Some(Payload::of_frame(text(&response), cursor))),
            Some(error) => Err(RenderFailed(error.message.clone().into())),
        }
    }
}

fn text(response: &Response) -> String {
    // A response has text keys and serialisable values only.
    serde_json::to_string(response).unwrap_or_else(|_| r#"{"data":null}"#.to_owned())
}

fn errors(errors: &[ServerError]) -> Payload {
    Payload::from_json(serde_json::to_string(errors).unwrap_or_else(|_| "[]".to_owned()))
}
