//! The function that answers HTTP: the very routes of the embedded home, behind API Gateway's HTTP API.

use std::process::ExitCode;
use std::sync::Arc;

use aws_home::compose::AwsHome;
use aws_home::front::Front;
use aws_home::function::start;
use aws_home::visitor::Visitors;
use aws_objects::S3Files;
use embedded_system::SystemClock;
use lambda_http::{Request, service_fn};
use tower::ServiceExt;

fn main() -> ExitCode {
    start("deepdive-http", async |environment| {
        let home = AwsHome::open(&environment).await?;
        let client = S3Files::new(environment.web()?);
        let front = Front::new(home, client, Arc::new(SystemClock));
        let visitors = Visitors::new(environment.edge_key().as_deref());
        let (front, visitors) = (&front, &visitors);
        lambda_http::run(service_fn(async move |mut request: Request| {
            visitors.name(&mut request);
            front.routes(&request).await.oneshot(request).await
        }))
        .await
    })
}
