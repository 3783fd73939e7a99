//! Errors, as DynamoDB tells them.

use serde_json::{Value, json};

/// Status and body; `more` stands beside the code and its words.
pub fn error(code: &str, more: Value) -> (u16, Value) {
    let mut body = json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"),
        "message": format!("the words of {code}"),
    });
    if let Value::Object(more) = more {
        body.as_object_mut().unwrap().extend(more);
    }
    (if code.starts_with("Internal") { 500 } else { 400 }, body)
}
