//! What serves the sockets that API Gateway holds.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use api::identity::TableAuthenticator;
use api::socket::Admission;
use async_trait::async_trait;
use aws_sockets::ApiGatewaySockets;
use domain::account::Identity;
use domain::ports::Clock;
use realtime::{Admitted, Authenticator, Denied};
use schema::{Client, PipelineLog, SocketExecutor, SocketViewer};
use serde_json::{Map, Value};
use sockets::{Exchange, Hosts};
use store::Blog;
use store::sockets::{Socket, Sockets};

use crate::compose::AwsHome;
use crate::config::Environment;
use crate::records::{OpenError, Records};

/// Opens what serves the sockets, over the same schema as the function that answers HTTP.
///
/// # Errors
/// [`OpenError`]
pub async fn open(
    environment: &Environment,
) -> Result<(Exchange<SocketExecutor>, Blog), OpenError> {
    let gateway = environment.gateway()?;
    let home = AwsHome::open(environment).await?;
    let Records { blog, clock, ids, .. } = home.records();
    let authenticator = TableAuthenticator { blog: blog.clone(), clock: clock.clone() };
    let exchange = Exchange {
        sockets: Sockets::new(blog.clone()),
        log: Arc::new(PipelineLog::new(blog.clone())),
        executor: Arc::new(home.executor()),
        hosts: Arc::new(Door { authenticator: Arc::new(authenticator), clock: clock.clone() }),
        courier: Arc::new(ApiGatewaySockets::new(&gateway)),
        clock: clock.clone(),
        ids: ids.clone(),
    };
    Ok((exchange, blog.clone()))
}

/// Lets in whom the embedded home would.
struct Door {
    authenticator: Arc<TableAuthenticator>,
    clock: Arc<dyn Clock>,
}

impl Door {
    fn client(socket: Option<&Socket>) -> Client {
        Client {
            address: socket.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |socket| socket.address),
            may_sign_in: true,
            agent: None,
            request_id: socket.map(|socket| socket.id.clone()).unwrap_or_default(),
        }
    }
}

#[async_trait]
impl Hosts<SocketViewer> for Door {
    async fn admit(
        &self,
        socket: &Socket,
        payload: Map<String, Value>,
    ) -> Result<Admitted<SocketViewer>, Denied> {
        let admission = Admission {
            authenticator: self.authenticator.clone(),
            clock: self.clock.clone(),
            viewer: Arc::new(|identity, client| SocketViewer { identity, client }),
            client: Self::client(Some(socket)),
        };
        admission.authenticate(payload).await
    }

    fn viewer(&self, identity: Option<Identity>, socket: Option<&Socket>) -> SocketViewer {
        SocketViewer { identity, client: Self::client(socket) }
    }
}
