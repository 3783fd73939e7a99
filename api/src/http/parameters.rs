//! The parameters of a GraphQL request, from a body or from the address.

use async_graphql::{Value, Variables};
use axum::http::Uri;
use serde_json::{Map, Value as Json};

/// What a client asks.
#[derive(Debug, Default)]
pub struct Parameters {
    /// The document.
    pub query: String,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// Values of its variables.
    pub variables: Variables,
}

/// A request that is not well formed; the text says how.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

impl Parameters {
    /// Reads the body of a POST.
    ///
    /// # Errors
    /// [`Malformed`] - when it is no JSON object, or a parameter has another type than the protocol
    /// gives it.
    pub fn from_body(body: &[u8]) -> Result<Self, Malformed> {
        match serde_json::from_slice(body) {
            Ok(Json::Object(object)) => Parameters::from_object(object),
            Ok(Json::Array(_)) => Err(Malformed("one request at a time: a list is not accepted")),
            Ok(_) => Err(Malformed("the body is not a JSON object")),
            Err(_) => Err(Malformed("the body is not valid JSON")),
        }
    }

    /// Reads the query string of a GET.
    ///
    /// # Errors
    /// [`Malformed`] - as for a body, and when a parameter comes twice.
    pub fn from_address(uri: &Uri) -> Result<Self, Malformed> {
        let axum::extract::Query(pairs) =
            axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri)
                .map_err(|_| Malformed("the query string is not well formed"))?;
        let mut object = Map::new();
        for (name, value) in pairs {
            let value = match name.as_str() {
                "query" | "operationName" => Json::String(value),
                "variables" | "extensions" => match value.as_str() {
                    "" => Json::Null,
                    text => serde_json::from_str(text)
                        .map_err(|_| Malformed("`variables` or `extensions` is not valid JSON"))?,
                },
                _ => continue,
            };
            if object.insert(name, value).is_some() {
                return Err(Malformed("a parameter comes twice"));
            }
        }
        if object.get("operationName") == Some(&Json::String(String::new())) {
            object.remove("operationName");
        }
        Parameters::from_object(object)
    }

    fn from_object(mut object: Map<String, Json>) -> Result<Self, Malformed> {
        let query = match object.remove("query") {
            Some(Json::String(query)) if !query.trim().is_empty() => query,
            Some(Json::String(_) | Json::Null) | None => {
                return Err(Malformed("the parameter `query` is missing"));
            }
            Some(_) => return Err(Malformed("the parameter `query` is not a string")),
        };
        let operation_name = match object.remove("operationName") {
            Some(Json::String(name)) => Some(name),
            Some(Json::Null) | None => None,
            Some(_) => return Err(Malformed("the parameter `operationName` is not a string")),
        };
        let variables = match object.remove("variables") {
            Some(Json::Object(variables)) => Value::from_json(Json::Object(variables))
                .map(Variables::from_value)
                .map_err(|_| Malformed("a name in `variables` is not a GraphQL name"))?,
            Some(Json::Null) | None => Variables::default(),
            Some(_) => return Err(Malformed("the parameter `variables` is not an object")),
        };
        match object.remove("extensions") {
            Some(Json::Object(_) | Json::Null) | None => {}
            Some(_) => return Err(Malformed("the parameter `extensions` is not an object")),
        }
        Ok(Parameters { query, operation_name, variables })
    }
}
